"""The demo's people: who they are, and that they live once."""

from datetime import timedelta
from pathlib import Path

from creditline.clock import MovedClock
from creditline.edge import people
from creditline.edge.engine import Engine
from creditline.edge.settings import read_settings
from creditline.flows.explain import lines_of
from creditline.flows.publish import publish
from creditline.flows.verify import verify
from creditline.store.connect import Database
from tests.edge.an_api import STARTS_AT, the_house


async def test_people_live_once_and_no_law_is_broken(db: Database, tmp_path: Path) -> None:
    house = the_house()
    await publish(db, MovedClock(STARTS_AT - timedelta(days=300)), house)
    settings = read_settings({"CREDITLINE_HOME": str(tmp_path)})
    engine = Engine(db=db, house=house, clock=MovedClock(STARTS_AT))
    clock = await people.settled(engine, settings, until=STARTS_AT)
    assert clock() == STARTS_AT
    found = {person.borrower: (await lines_of(db, person.borrower))[0] for person in people.PEOPLE}
    waits = {name: line.withheld_minor > 0 for name, line in found.items()}
    assert waits == {"mei": True, "jun": True, "lan": False, "kai": True}
    assert await verify(db) == []

    clock.move_to(STARTS_AT + timedelta(days=3))
    people.remember(settings, clock)
    again = await people.settled(engine, settings, until=STARTS_AT)
    assert again() == STARTS_AT + timedelta(days=3), "The demo goes on where it was left."
    assert {name: (await lines_of(db, name))[0].version for name in found} == {
        name: line.version for name, line in found.items()
    }


def test_whoever_is_worth_meeting_is_told_once_an_answer() -> None:
    told = people.worth_meeting([("b1", "staged"), ("b2", "observed"), ("b3", "observed")])
    assert [borrower for borrower, _ in told] == ["mei", "jun", "lan", "kai", "b2", "b1"]
    assert people.demo_sign_in().keys != people.demo_sign_in().keys
    assert people.issued(people.demo_sign_in(), "mei").count(".") == 2
