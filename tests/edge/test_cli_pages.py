"""The link to the pages: for whom, for how long, and only with a key."""

from urllib.parse import unquote

from creditline.edge.commands import pages
from creditline.edge.tokens import SignIn
from creditline.errors import Code
from tests.edge.a_terminal import Terminal

KEY = "k" * 40


def test_a_link_opens_the_pages_of_whom_it_names(terminal: Terminal) -> None:
    assert pages.pages_link in pages.COMMANDS
    terminal.set("CREDITLINE_PAGES_KEY", KEY)
    told = terminal.json("pages-link", "b-8812", "--base", "https://credit.lender.example", "--read-only")
    address, token = told["link"].split("#token=")
    assert address == "https://credit.lender.example/my/"
    who = SignIn(keys=(KEY,)).read(unquote(token))
    assert (who.borrower, who.may_draw) == ("b-8812", False)
    assert SignIn(keys=(KEY,)).read(terminal.json("pages-link", "ada")["link"].split("=")[1]).may_draw


def test_without_a_key_there_is_no_link(terminal: Terminal) -> None:
    ran = terminal.run("pages-link", "ada")
    assert ran.status == 1
    assert f"creditline: {Code.SIGN_IN_NEEDED}: " in ran.err
    terminal.set("CREDITLINE_PAGES_KEY", "short")
    assert "openssl rand" in terminal.run("pages-link", "ada").err
    terminal.set("CREDITLINE_PAGES_KEY", KEY)
    terminal.set("CREDITLINE_PAGES_FRAMES", "not an origin")
    assert "CREDITLINE_PAGES_FRAMES" in terminal.run("pages-link", "ada").err
    terminal.set("CREDITLINE_PAGES_FRAMES", "https://app.lender.example")
    terminal.set("CREDITLINE_PAGES_PAY", "pay me")
    assert "CREDITLINE_PAGES_PAY" in terminal.run("pages-link", "ada").err
