"""Clinics with opening hours, and hours as hypothesis makes them up."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from flow_engine.calendar import BusinessTime, Hours, Moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def hours(on: range = range(5), opens: str = "09:00", closes: str = "18:00", **more) -> Hours:
    """The same hours on each of these weekdays."""
    return Hours({day: ((time.fromisoformat(opens), time.fromisoformat(closes)),) for day in on}, **more)


def moment(of: Hours) -> Moment:
    return Moment(of.zone, BusinessTime(of))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(instant: datetime, zone: ZoneInfo = SHANGHAI) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


_MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
_STRETCH = st.tuples(_MINUTES, _MINUTES).filter(lambda pair: pair[0] != pair[1])
_DAY = st.lists(_STRETCH, max_size=3).map(tuple)

weeks = (
    st.dictionaries(st.integers(0, 6), _DAY, min_size=1)
    .filter(lambda week: any(week.values()))
    .flatmap(
        lambda week: st.builds(
            Hours,
            st.just(week),
            st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"]),
            st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), _DAY, max_size=5),
            st.booleans(),
        )
    )
)
"""Hours of all sorts: shifts over midnight, stretches that overlap, days of their own, zones with summer time."""

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1), timezones=st.just(ZoneInfo("UTC")))
spans = st.timedeltas(timedelta(), timedelta(hours=60))
