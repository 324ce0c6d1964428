"""Commands that make drafts: one number set, an edition out and in again, a DMN file; and the numbers told as they stood."""

from pathlib import Path

from creditline.clock import system_clock
from creditline.edge.commands import policy_drafts
from creditline.edge.commands.output import FOUND_STATUS
from creditline.errors import Code
from creditline.ids import new_id
from tests.edge.a_terminal import Terminal

PRODUCT = "consumer_revolving"
RIN = ("--by", "rin", "--reason", "one statement is too short")
BOB = ("--by", "bob", "--reason", "looked at it")


def numbers(branch: Terminal, *more: str) -> dict[str, dict[str, object]]:
    """Return the numbers of the product by name."""
    return {one["name"]: one for one in branch.json("policy", "parameters", PRODUCT, *more)["parameters"]}


def test_a_number_is_set_in_one_command_and_approved_by_another_person(branch: Terminal) -> None:
    today, request = system_clock().date(), str(new_id(system_clock()))
    start = ("policy", "set", PRODUCT, "observation_days", "45", "--from", str(today), *RIN)
    made = branch.json(*start, "--submit", "--id", request)
    edition = made["version"]["edition"]
    assert (made["version"]["state"], [one["words"] for one in made["changes"]]) == (
        "review",
        [f"parameter observation_days: from {today}: 30 -> 45"],
    )
    again = branch.json(*start, "--submit", "--id", request)
    assert (again["is_repeated"], again["version"]["state"]) == (True, "review")
    branch.run("policy", "approve", PRODUCT, edition, *RIN).fails(Code.SECOND_PERSON_NEEDED)
    rows = branch.run("policy", "diff", f"{PRODUCT}@", f"{PRODUCT}@{edition[:12]}").table()
    assert rows[-2:] == [["parameter observation_days", f"from {today}: 30 -> 45"], ["in all", "1 change"]]
    branch.json("policy", "approve", PRODUCT, edition, *BOB)
    assert numbers(branch)["observation_days"]["value"] == 30
    branch.json("policy", "activate", PRODUCT, edition, *BOB)
    told = numbers(branch)["observation_days"]
    assert (told["value"], told["by"], told["approved_by"], told["why"]) == (45, "rin", "bob", RIN[-1])
    rows = branch.run("policy", "parameters", PRODUCT).table()
    (row,) = [row for row in rows if row[0] == "observation_days"]
    assert row == ["observation_days", "45", "days", str(today), "rin, bob", edition[:12], f"{RIN[-1]} (rin)"]
    assert numbers(branch, "--at", "2020-01-01")["observation_days"]["value"] == 30
    (published,) = [row for row in branch.run("policy", "history", PRODUCT).table() if row[1] == "publish"]
    assert published[-1].startswith(f"set observation_days = 45 from {today}, on edition ")


def test_two_drafts_beside_each_other_are_told_and_what_cannot_be_set_is_refused(branch: Terminal) -> None:
    today = str(system_clock().date())
    first = branch.json("policy", "set", PRODUCT, "observation_days", "45", "--from", today, *RIN)["version"]["edition"]
    beside = branch.run("policy", "set", PRODUCT, "recheck_days", "20", "--from", today, *RIN)
    assert f"Set it --on {first[:12]} to have both" in beside.err
    on = branch.json("policy", "set", PRODUCT, "recheck_days", "20", "--from", today, "--on", first[:12], *RIN)
    assert on["made_from"] == first
    for name, value, since, code in (
        ("watch_days", "45", today, Code.PARAMETER_UNKNOWN),
        ("observation_days", "45d", today, Code.MESSAGE_MALFORMED),
        ("observation_days", "45", "soon", Code.MESSAGE_MALFORMED),
        ("observation_days", "45", "2020-01-01", Code.MESSAGE_MALFORMED),
        ("observation_days", "30", today, Code.POLICY_STATE),
        ("all_in_ceiling_bp.CNY", "100", today, Code.POLICY_INVALID),
    ):
        branch.run("policy", "set", PRODUCT, name, value, "--from", since, *RIN).fails(code)
    assert branch.run("policy", "set", PRODUCT, "observation_days", "45", "--from", today).status == 2
    branch.run("policy", "parameters", "gold").fails(Code.PRODUCT_UNKNOWN)


def test_an_edition_goes_out_and_comes_into_another_house_under_the_same_hash(branch: Terminal, tmp_path: Path) -> None:
    today = str(system_clock().date())
    edition = branch.json("policy", "set", PRODUCT, "observation_days", "45", "--from", today, *RIN)["version"][
        "edition"
    ]
    for place in (tmp_path / "folder", tmp_path / "draft.zip"):
        assert branch.json("policy", "export", PRODUCT, edition, "--to", place)["edition"] == edition
        assert branch.json("policy", "diff", f"{PRODUCT}@{edition}", place)["changes"] == []
        branch.run("policy", "import", place, *BOB).fails(Code.POLICY_STATE, says="published before")
        branch.run("policy", "import", place, "--expect", "00", *BOB).fails(Code.MESSAGE_MALFORMED, says="was expected")
    words = tmp_path / "folder" / "words.en.toml"
    words.write_text(words.read_text(encoding="utf-8") + "\n# A word of ours.\n", encoding="utf-8")
    request = str(new_id(system_clock()))
    come = branch.json("policy", "import", tmp_path / "folder", *BOB, "--id", request)
    assert come["version"]["state"] == "draft"
    assert branch.json("policy", "import", tmp_path / "folder", *BOB, "--id", request)["is_repeated"]
    rows = branch.run("policy", "diff", f"{PRODUCT}@{edition}", tmp_path / "folder").table()
    assert rows[1] == ["file words.en.toml", "written otherwise, and no value of it is another"]


def test_a_dmn_file_is_imported_as_the_rules_of_what_is_in_force(branch: Terminal, tmp_path: Path) -> None:
    branch.json("policy", "export", PRODUCT, branch.json("policy", "history", PRODUCT)["editions"][0]["edition"], "--to",
                tmp_path / "out")  # fmt: skip
    rules = tmp_path / "dearer.dmn"
    text = (tmp_path / "out" / "policy.dmn").read_text(encoding="utf-8")
    rules.write_text(text.replace("<text>1440</text>", "<text>1500</text>"), encoding="utf-8")
    come = branch.json("policy", "import", rules, *RIN)
    told = branch.json("policy", "diff", f"{PRODUCT}@", f"{PRODUCT}@{come['version']['edition']}")
    assert [one["words"] for one in told["changes"]] == ["grade_terms, rule 6: apr_bp 1440 -> 1500"]
    rules.write_text("<no", encoding="utf-8")
    branch.run("policy", "import", rules, *RIN).fails(Code.POLICY_INVALID)
    assert branch.run("policy", "import", tmp_path / "none", *RIN).status == 2
    assert branch.run("policy", "import", rules, "--expect", "ab", *RIN).status == 2
    branch.run("policy", "import", tmp_path, *RIN).fails(Code.MESSAGE_MALFORMED, says="no product.toml")


def test_a_draft_that_would_fail_a_gate_is_kept_and_exits_3(branch: Terminal, tmp_path: Path) -> None:
    before = branch.json("policy", "history", PRODUCT)["editions"][0]["edition"]
    branch.json("policy", "export", PRODUCT, before, "--to", tmp_path / "gated")
    (tmp_path / "gated" / "gates.toml").write_text("[answered_otherwise]\nmost_ppm = 0\n", encoding="utf-8")
    edition = branch.json("policy", "import", tmp_path / "gated", *RIN)["version"]["edition"]
    branch.json("policy", "submit", PRODUCT, edition, *RIN)
    for act in ("approve", "activate"):
        branch.json("policy", act, PRODUCT, edition, *BOB)
    branch.json("open", "ada", "--amount", "500", "--moved")
    kept = branch.run("policy", "set", PRODUCT, "observation_days", "45", "--from", system_clock().date(), *RIN)
    assert (kept.status, "It would not be activated now" in kept.err) == (FOUND_STATUS, True)
    assert len(policy_drafts.COMMANDS) == 4
