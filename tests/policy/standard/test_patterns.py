"""Regular expressions are XPath's, agree with Python's where both say the same, and are never catastrophic.

They are read by `creditline.policy.standard.regex` over the sets of `creditline.policy.standard.charsets`.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.standard.patterns import read_pattern, replaced, split_by
from creditline.policy.standard.work import MOST_STEPS, Exhausted, Work

FOUND: list[tuple[str, str, str, bool | None]] = [
    ("abracadabra", "bra", "", True),
    ("abracadabra", "^a.*a$", "", True),
    ("helloworld", "hello world", "x", True),
    ("a\nb", "a.b", "", False),
    ("a\nb", "a.b", "s", True),
    ("a\nb", "^b", "m", True),
    ("x.y", "x.y", "q", True),
    ("xay", "x.y", "q", False),
    ("K", "k", "i", True),
    ("b", "[a-z-[aeiou]]", "", True),
    ("e", "[a-z-[aeiou]]", "", False),
    ("abab", r"(ab)\1", "", True),
    ("abac", r"(ab)\1", "", False),
    ("ä1", r"^\w\d$", "", True),
    ("Q", r"\p{Lu}", "", True),
    ("q", r"\P{Lu}", "", True),
    ("я", r"\p{IsCyrillic}", "", True),
    ("aaa", "^a{2,3}$", "", True),
    ("aaaa", "^a{2,3}$", "", False),
    ("a", "[", "", None),
    ("a", "a{3,1}", "", None),
    ("a", r"(a)\2", "", None),
    ("a", "(?=a)", "", None),
    ("a", "a", "z", None),
    ("a", "a{9999}{9999}", "", None),
    ("a", "*", "", None),
    ("a", r"\p{Lx}", "", None),
]


@pytest.mark.parametrize(("text", "pattern", "flags", "wanted"), FOUND)
def test_a_pattern_is_found_as_xpath_says(text: str, pattern: str, flags: str, wanted: bool | None) -> None:
    read = read_pattern(pattern, flags=flags)
    assert (None if read is None else read.search(text, 0, Work()) is not None) is wanted


PIECES = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a)", "(?:b|)"]),
    lambda inner: st.one_of(
        # Engines differ in how often they go round a loop that takes nothing, and XPath does not say.
        st.tuples(
            inner.filter(lambda text: re.fullmatch(text, "") is None),
            st.sampled_from(["*", "+", "?", "*?", "+?", "{1,2}"]),
        ).map(lambda two: f"(?:{two[0]}){two[1]}"),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
    ),
    max_leaves=6,
)


@given(PIECES, st.text("abc", max_size=6))
def test_a_match_is_where_python_finds_it(pattern: str, text: str) -> None:
    read = read_pattern(pattern, flags="")
    assert read is not None
    own, other = read.search(text, 0, Work()), re.search(pattern, text)
    assert (own and own[:2]) == (other and other.span())


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(a|aa|x)*b", "(x*)*y", "(.*)(.*)(.*)(.*)z", "((x{0,9}){0,9}){0,9}y"])
def test_a_catastrophic_pattern_takes_no_longer_than_others(pattern: str) -> None:
    read, work = read_pattern(pattern, flags=""), Work()
    assert read is not None
    assert read.search("x" * 60, 0, work) is None
    assert MOST_STEPS - work.steps_left < 1_000_000


def test_a_pattern_that_refers_back_is_bounded_by_steps() -> None:
    read = read_pattern(r"(x*)(x*)(x*)(x*)(x*)\1\2\3\4\5y", flags="")
    assert read is not None
    with pytest.raises(Exhausted):
        read.search("x" * 200, 0, Work(steps_left=20_000))


def test_a_replacement_names_groups_and_signs() -> None:
    read = read_pattern("(a)(b)?", flags="")
    assert read is not None
    assert replaced(read, "ab-a", replacement=r"[$2$1\$$0]", work=Work()) == "[ba$ab]-[a$a]"
    assert replaced(read, "ab", replacement="$", work=Work()) is None
    assert replaced(read, "ab", replacement=r"\n", work=Work()) is None
    assert split_by(read, "1ab2a3", work=Work()) == ("1", "2", "3")
    nothing = read_pattern("x*", flags="")
    assert nothing is not None
    assert replaced(nothing, "ab", replacement="-", work=Work()) is None
    assert split_by(nothing, "ab", work=Work()) is None
