"""Commands about documents and borrowers: evidence taken, judged, saved; everything given out; what is sealed erased."""

import json
import stat
from pathlib import Path

import pytest

from creditline.clock import system_clock
from creditline.edge.commands import documents
from creditline.edge.settings import read_settings
from creditline.edge.vault_key import FILE, vault_of
from creditline.errors import Broken, Code, Malformed
from tests.edge.a_terminal import Terminal
from tests.profile.a_document import PDF, png

WHO = ("--by", "officer", "--reason", "matches the letter")


def test_a_document_is_taken_said_verified_saved_given_out_and_erased(branch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(PDF)
    (taken,) = branch.json("document", "submit", str(file), "--borrower", "b-77", "--kind", "income")
    document = taken["document"]["id"]
    issued = ("--issuer", "Acme", "--issued-on", "2026-02-01")
    (said,) = branch.json("document", "words", document, "--amount", "9,000", *issued)
    assert said["words"]["amount_minor"] == 900_000
    assert branch.run("document", "list").table()[1][0] == document
    branch.run("document", "verify", document, "--amount", "8,500", "--until", "2020-01-01", *WHO).fails(
        Code.MESSAGE_MALFORMED, says="counts until"
    )
    (proved,) = branch.json(
        "document", "verify", document, "--amount", "8,500", "--until", f"{system_clock().year + 1}-01-01", *WHO
    )
    assert (proved["document"]["act"], proved["document"]["amount_minor"]) == ("verified", 850_000)
    branch.run("document", "refuse", document, *WHO).fails(Code.DOCUMENT_ENDED)
    assert ["says issuer", "Acme"] in branch.run("document", "show", document).table()
    out = tmp_path / "out.pdf"
    branch.run("document", "save", document, str(out))
    assert out.read_bytes() == PDF
    told = [json.loads(line)["is"] for line in branch.run("borrower", "export", "b-77").out.splitlines()]
    assert sorted(told) == ["document", "fact", "fact"]
    assert branch.json("borrower", "erase", "b-77", *WHO)["borrower"] == "b-77"
    branch.run("document", "save", document, str(tmp_path / "gone.pdf")).fails(Code.DOCUMENT_ERASED)
    assert not (tmp_path / "gone.pdf").exists()


def test_the_list_has_a_column_for_each_thing_a_document_stands_for(branch: Terminal) -> None:
    assert branch.run("document", "list").table()[0] == list(documents.HEAD)


def test_a_file_that_is_not_what_its_name_says_is_refused(branch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(png())
    branch.run("document", "submit", str(file), "--borrower", "b-78", "--kind", "tax").fails(
        Code.DOCUMENT_MISNAMED, says="is image/png"
    )


def test_the_key_of_the_house_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    settings = read_settings({"CREDITLINE_HOME": str(tmp_path / "home")})
    sealed = vault_of(settings).new_key("ada")
    file = settings.home / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    vault_of(settings).opened(sealed, borrower="ada")
    assert list(settings.home.iterdir()) == [file]
    file.write_text("short")
    with pytest.raises(Broken, match="Restore it"):
        vault_of(settings)


def test_keys_are_named_new_before_old(tmp_path: Path) -> None:
    new, old = "aa" * 32, "bb" * 32
    settings = read_settings({"CREDITLINE_HOME": str(tmp_path), "CREDITLINE_VAULT_KEY": f"{new} {old}"})
    before = vault_of(read_settings({"CREDITLINE_HOME": str(tmp_path), "CREDITLINE_VAULT_KEY": old})).new_key("ada")
    vault_of(settings).opened(before, borrower="ada")
    for wrong in ("abc", "aa" * 31, "zz" * 32):
        with pytest.raises(Malformed, match="CREDITLINE_VAULT_KEY"):
            read_settings({"CREDITLINE_VAULT_KEY": wrong})
