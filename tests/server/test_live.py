"""Open pages hear at once that something is new for them, and for nobody else."""

import asyncio

from server.live import LiveWords


def hear(live: LiveWords, user: str, count: int, do) -> list[bytes]:
    """Return the first words told to a person's page while `do` happens."""

    async def listen() -> list[bytes]:
        heard, words = [], live.words("alpha", user)
        heard.append(await anext(words))
        do()
        while len(heard) < count:
            heard.append(await asyncio.wait_for(anext(words), 2))
        await words.aclose()
        return heard

    return asyncio.run(listen())


def test_a_page_hears_what_is_told_to_its_person():
    live = LiveWords()
    told = hear(live, "ann", 2, lambda: live.tell("alpha", ["ann", "ben"], "tasks"))
    assert told[1] == b"event: tasks\ndata: null\n\n"


def test_words_for_others_and_for_other_clinics_are_not_heard():
    live = LiveWords()

    def tell():
        live.tell("alpha", ["ben"], "tasks")
        live.tell("beta", ["ann"], "tasks")
        live.tell("alpha", ["ann"], "notices", {"n": 1})

    assert hear(live, "ann", 2, tell)[1] == b'event: notices\ndata: {"n":1}\n\n'


def test_a_page_that_does_not_listen_costs_nothing():
    live = LiveWords()
    told = hear(live, "ann", 3, lambda: [live.tell("alpha", ["ann"], "tasks") for _ in range(1000)])
    assert len(told) == 3
    live.tell("alpha", ["ann"], "tasks")


def test_what_is_told_to_all_is_heard_by_every_page_of_that_clinic_only():
    live = LiveWords()

    def tell():
        live.tell_all("beta", "data")
        live.tell("alpha", ["ann"], "tasks")
        live.tell_all("alpha", "data")

    heard = hear(live, "ann", 3, tell)
    assert [word.split(b"\n")[0] for word in heard[1:]] == [b"event: tasks", b"event: data"]
