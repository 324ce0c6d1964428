"""The reference passes the DMN conformance kit, and never fewer cases than before."""

import csv
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from creditline.policy.markup import MarkupError
from creditline.policy.standard.write import as_1_3
from tests.tck.kit import KIT, Folder, Result, folders, is_same, value_of, write_table
from tests.tck.run import MISSING, SKIPPED_STATUS, kit_home, known_misses, main, name_of, summary

PASSED = {"compliance-level-2": 116, "compliance-level-3": 3261}
"""How many cases pass. These may only rise."""

WRITTEN = 141
"""How many folders of the kit can be written as DMN 1.3: the others use what came later."""

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://www.omg.org/spec/DMN/20160719/testcase"'


@pytest.fixture(scope="module")
def results() -> list[Result]:
    home = kit_home()
    if not home.is_dir():
        pytest.skip(MISSING.format(home=home))
    return [result for folder in folders(home) for result in folder.results()]


@pytest.mark.parametrize("level", sorted(PASSED))
def test_as_many_cases_pass_as_ever(results: list[Result], level: str) -> None:
    assert sum(one.is_passed for one in results if one.level == level) >= PASSED[level]


def test_every_miss_has_a_reason_and_every_reason_a_miss(results: list[Result]) -> None:
    assert {name_of(one) for one in results if not one.is_passed} == set(known_misses())


def test_a_model_written_as_1_3_answers_as_it_did(results: list[Result]) -> None:
    before = {(one.folder, one.file, one.case): one.is_passed for one in results}
    written = 0
    for folder in folders(kit_home()):
        try:
            again = list(Folder(folder.path, as_1_3).results())
        except MarkupError:
            continue
        written += 1
        assert [before[one.folder, one.file, one.case] for one in again] == [one.is_passed for one in again]
    assert written >= WRITTEN


def test_the_summary_tells_the_rate_on_what_is_not_null_beside(results: list[Result]) -> None:
    first, second = summary(results)
    assert first.startswith("compliance-level-2: 116 of 116 pass (100.0%)")
    assert "expect more than null" in second


def test_a_kit_that_is_not_there_is_said_and_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDITLINE_DATA", str(tmp_path))
    assert main([]) == SKIPPED_STATUS
    assert "Get the folder TestCases" in capsys.readouterr().err


def a_kit(home: Path, expected: str) -> Path:
    """Write a kit of one model and one case."""
    folder = home / "compliance-level-2" / "0000-sum"
    folder.mkdir(parents=True)
    (home / "compliance-level-3").mkdir()
    (folder / "0000-sum.dmn").write_text(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" name="m">'
        '<inputData id="i" name="x"><variable name="x" typeRef="number"/></inputData>'
        '<decision id="d" name="y"><variable name="y"/><informationRequirement><requiredInput href="#i"/>'
        "</informationRequirement><literalExpression><text>x + 1</text></literalExpression></decision></definitions>"
    )
    (folder / "0000-sum-test-01.xml").write_text(
        f"<testCases {XSI}><modelName>0000-sum.dmn</modelName><testCase id='001'><inputNode name='x'>"
        "<value xsi:type='xsd:decimal'>1</value></inputNode><resultNode name='y'><expected>"
        f"<value xsi:type='xsd:decimal'>{expected}</value></expected></resultNode></testCase></testCases>"
    )
    return folder


@pytest.mark.parametrize(("expected", "outcome"), [("2", "SUCCESS"), ("3", "ERROR")])
def test_the_table_has_a_row_a_case_as_the_kit_writes_it(tmp_path: Path, expected: str, outcome: str) -> None:
    folder = a_kit(tmp_path, expected)
    write_table(list(Folder(folder).results()), tmp_path / "table.csv")
    (row,) = csv.reader((tmp_path / "table.csv").read_text(encoding="utf-8").splitlines())
    assert row[:4] == ["compliance-level-2/0000-sum", "0000-sum-test-01", "001", outcome]
    assert bool(row[4]) is (outcome == "ERROR")


def test_a_new_miss_fails_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    a_kit(tmp_path / "dmn-tck", "3")
    (tmp_path / "dmn-tck" / "compliance-level-3" / "0001-sum").mkdir()
    for path in (tmp_path / "dmn-tck" / "compliance-level-2" / "0000-sum").iterdir():
        (tmp_path / "dmn-tck" / "compliance-level-3" / "0001-sum" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("CREDITLINE_DATA", str(tmp_path))
    assert main([str(tmp_path / "table.csv")]) == 1


def test_values_of_cases_are_read_by_their_types() -> None:
    text = (
        f"<expected {XSI} xmlns:k='x'><component name='a'><list><item><value xsi:type='xsd:decimal'>1.50</value></item>"
        "<item><value xsi:nil='true'/></item></list></component><component name='b'><value>word</value></component>"
        "</expected>"
    )
    assert value_of(fromstring(text)) == {"a": (Decimal("1.50"), None), "b": "word"}
    assert KIT in "{http://www.omg.org/spec/DMN/20160719/testcase}"


def test_what_is_not_as_expected_is_seen() -> None:
    assert is_same(Decimal("0.333333333"), Decimal("0.3333333330000001"))
    assert not is_same(Decimal("0.33"), Decimal("0.34"))
    assert not is_same((Decimal(1),), (Decimal(1), Decimal(2)))
    assert not is_same("1", Decimal(1))
    assert not is_same(None, False)
