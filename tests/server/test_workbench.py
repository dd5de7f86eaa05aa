"""The workbench: today's lists and numbers, as each may see them."""

from fastapi.testclient import TestClient


def test_the_sum_of_nothing_is_nought_and_its_mean_is_not_known(boss: TestClient) -> None:
    numbers = boss.get("/api/workbench").json()["numbers"]
    assert {one["key"]: one["value"] for one in numbers} == {"sum": "0", "avg": None}
