"""Periodontal figures: sites, attachment loss, the summary of a chart."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

SITES = ("MB", "B", "DB", "ML", "L", "DL")
"""The six sites of a tooth in the order of the arrays: buccal mesial to distal, then lingual."""


class Site(NamedTuple):
    """One site; depths in mm. `rec` is the recession of the gum margin: negative when it covers the neck."""

    tooth: str
    site: str
    pd: int | None
    rec: int | None
    bop: bool | None
    plaque: bool | None

    @property
    def cal(self) -> int | None:
        """Clinical attachment loss in mm: depth plus recession."""
        return None if self.pd is None else self.pd + (self.rec or 0)


def sites(chart: Mapping[str, Any]) -> Iterator[Site]:
    """Yield the sites of the teeth that are there and have anything measured."""
    for fdi, tooth in chart.get("teeth", {}).items():
        if tooth.get("missing"):
            continue
        columns = [tooth.get(name) or (None,) * 6 for name in ("pd", "rec", "bop", "plaque")]
        for name, pd, rec, bop, plaque in zip(SITES, *columns, strict=True):
            if (pd, rec, bop, plaque) != (None, None, None, None):
                yield Site(fdi, name, pd, rec, _flag(bop), _flag(plaque))


def _flag(value: int | bool | None) -> bool | None:
    return None if value is None else bool(value)


def summary(chart: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a chart.

    `teeth` and `sites` measured; `bop` and `plaque` as shares of the sites looked at for them, so a site not
    looked at counts for neither side; `pd_mean`, `cal_mean` and `pd_max` in mm; `deep4`, `deep6` sites with PD of at least 4, 6 mm.
    """
    found = list(sites(chart))
    depths = [site.pd for site in found if site.pd is not None]
    losses = [site.cal for site in found if site.cal is not None]
    figures = {
        "teeth": len({site.tooth for site in found}),
        "sites": len(depths),
        "bop": _share([site.bop for site in found]),
        "plaque": _share([site.plaque for site in found]),
        "pd_mean": _mean(depths),
        "pd_max": max(depths, default=None),
        "cal_mean": _mean(losses),
        "deep4": sum(depth >= 4 for depth in depths),
        "deep6": sum(depth >= 6 for depth in depths),
    }
    return {name: figure for name, figure in figures.items() if figure is not None}


def _share(flags: list[bool | None]) -> float | None:
    looked = [flag for flag in flags if flag is not None]
    return round(sum(looked) / len(looked), 4) if looked else None


def _mean(values: list[int]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None
