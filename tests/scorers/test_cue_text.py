import pytest

from sleeptalk.scorers.cue_text import MAX_SENTENCE, Sentences, mention_pattern, plain


@pytest.mark.parametrize("text", ["", "So. It’s “İstanbul”, ÀÉ, Straße, ﬁ!", "年份是2026年。"])
def test_plain_text_is_as_long_as_its_text(text: str) -> None:
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ('He said "no." Then (so.) More.', ['He said "no."', "Then (so.)", "More."]),
        ("First; then.\n\nLast", ["First;", "then.", "Last"]),
        ("It costs 3.50 vs. 4.50. Fine.", ["It costs 3.50 vs. 4.50.", "Fine."]),
        ("well... maybe. Well... Maybe.", ["well... maybe.", "Well...", "Maybe."]),
        ("List:\n1. one\n2. two", ["List:", "1. one", "2. two"]),
        ("日本。中国！", ["日本。", "中国！"]),
        ("x" * (MAX_SENTENCE + 1), ["x" * MAX_SENTENCE, "x"]),
    ],
)
def test_text_is_cut_into_sentences(text: str, sentences: list[str]) -> None:
    found = Sentences(text)
    assert [found.span(number, number) for number in range(found.count)] == sentences


@pytest.mark.parametrize(
    ("text", "mentions", "read"),
    [
        ("The year is 2026.", ("2026",), "the year is CUE."),
        ('They wrote "Heyyy," twice: HEYYY.', ("heyyy",), "they wrote CUE  twice: CUE."),
        ("The line says: “Country: Oslo, and so on”.", ("Oslo",), "the line says CUE ."),
        ("They are here.", ("hey",), "they are here."),
        ("用户在Oslo吗", ("Oslo",), "用户在CUE吗"),
    ],
)
def test_a_sentence_is_read_with_its_cue_masked(text: str, mentions: tuple[str, ...], read: str) -> None:
    assert Sentences(text, mentions).read(0) == read


def test_mentions_are_found_as_whole_words_without_regard_to_case() -> None:
    pattern = mention_pattern(("hey", "hey you"))
    assert [match[0] for match in pattern.finditer("they Hey heys HEY YOU whey")] == ["Hey", "HEY YOU"]
