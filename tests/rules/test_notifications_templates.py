"""Short codes are replaced by values that can do nothing, and what is amiss is said."""

from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import ALLBOUND, Award, Certification, ExpiryDay, Rule, User
from certrules.errors import InvalidValueError
from certrules.model.notices import NoticeKind, Notification
from certrules.rules import notifications
from certrules.rules.notifications import Medium

TEXT, HTML, HEADER = Medium

NASTY = {
    "formula": '=HYPERLINK("http://x","y")',
    "markup": "<script>alert('1')</script>&\"",
    "code": "[renew_link] {{renew_link}}",
    "backslash": r"\1 \g<0> \n",
    "braces": "{0} {x.__class__} %s ${x}",
    "lines": "a\r\nBcc: b\rc\x0bd\x0ce\x85f\u2028g\u2029h\ni",
    "turned": "a\u202eb\u2066c\u2069d\u200fe\u200ef\u061cg\ufeffh",
    "control": "a\x00b\x07c\x1bd\x7fe\x9bf",
    "half": "a\ud800b",
    "long": "x" * 100_000,
    "arabic": "\u0622\u062f\u0627",
}


def render(name: str, medium: Medium) -> str:
    values = {**NASTY, "renew_link": "https://learn.example/renew"}
    square = notifications.render(f"[{name}]", values, medium)
    assert notifications.render(f"{{{{{name}}}}}", values, medium) == square
    return square


@pytest.mark.rule("INT-26", "X-NOTIFY-2")
@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize(
    "template", ["[renew_link]", "[ renew_link\t]", "{{renew_link}}", "{{ renew_link\t}}"]
)
def test_either_form_of_a_short_code_becomes_the_bare_link(template: str, medium: Medium) -> None:
    link = "https://learn.example/renew"
    assert notifications.render(template, {"renew_link": link}, medium) == link


@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize(
    "template", ["[unknown]", "{{unknown}}", "[known-]", "{{ known", "[1]", "{known}", "[]", "{{}}"]
)
def test_what_has_no_value_stays_as_it_is(template: str, medium: Medium) -> None:
    assert notifications.render(template, {"known": "x", "1": "x"}, medium) == template


@pytest.mark.parametrize("name", ["code", "backslash", "braces", "formula", "long", "arabic"])
def test_a_value_says_what_it_says_and_is_never_evaluated(name: str) -> None:
    assert render(name, TEXT) == NASTY[name]
    assert render(name, HEADER) == NASTY[name]


def test_in_html_values_are_escaped_for_content_and_attributes() -> None:
    assert render("markup", HTML) == "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;&quot;"
    assert render("formula", HTML) == "=HYPERLINK(&quot;http://x&quot;,&quot;y&quot;)"
    assert render("code", HTML) == NASTY["code"]
    assert notifications.render("<b>&amp;[a]</b>", {"a": "<"}, HTML) == "<b>&amp;&lt;</b>"


def test_plain_text_is_not_escaped() -> None:
    assert render("markup", TEXT) == NASTY["markup"]


@pytest.mark.parametrize("medium", [TEXT, HTML])
def test_every_kind_of_line_ends_alike(medium: Medium) -> None:
    assert render("lines", medium) == "a\nBcc: b\nc\nd\ne\nf\ng\nh\ni"


def test_a_header_is_one_line_whatever_a_value_or_the_template_says() -> None:
    assert render("lines", HEADER) == "a Bcc: b c d e f g h i"
    assert notifications.render("a\r\nb [c]\n\n", {"c": "\n"}, HEADER) == "a b"


@pytest.mark.parametrize("medium", Medium)
def test_what_no_reader_sees_is_left_out(medium: Medium) -> None:
    assert render("turned", medium) == "abcdefgh"
    assert render("control", medium) == "abcdef"
    assert render("half", medium) == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.law
@given(st.text(), st.sampled_from(Medium))
def test_a_rendered_value_can_be_sent(value: str, medium: Medium) -> None:
    found = notifications.render("<[a]>", {"a": value}, medium)
    assert found.encode().decode() == found
    assert (found[0], found[-1]) == ("<", ">")
    assert medium is not HTML or not set(found[1:-1]) & set("<>\"'")
    assert medium is not HEADER or len(found.splitlines()) == 1


@pytest.mark.law
@given(st.text())
def test_a_template_without_values_is_kept(template: str) -> None:
    assert notifications.render(template, {}, TEXT) == template


# What the short codes say

ISSUED = datetime(2023, 12, 31, 23, tzinfo=UTC)
AWARD = Award("1", "fa", ISSUED, datetime(2025, 6, 30, tzinfo=UTC))
FIRST_AID = Certification("fa", "First aid", "FA", "Plasters", badge_image="media/7.png")
ADA = User("1", "ada", "Ada", "Lovelace")
LINKS = {"portal_link": "https://learn.example", "renew_link": "https://learn.example/renew"}


@pytest.mark.rule("ALL-NOTIFY-02", "X-NOTIFY-2")
def test_every_short_code_has_a_value() -> None:
    told = notifications.values(
        ADA,
        AWARD,
        FIRST_AID,
        at=datetime(2025, 6, 28, tzinfo=UTC),
        zone="Europe/Rome",
        item_name="Bandages",
        **LINKS,
    )
    assert tuple(told) == notifications.KNOWN
    assert told == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "username": "ada",
        "certification_name": "First aid",
        "certification_code": "FA",
        "certification_description": "Plasters",
        "issue_date": "2024-01-01",
        "expiry_date": "2025-06-30",
        "last_valid_day": "2025-06-30",
        "time_zone": "Europe/Rome",
        "days_left": "2",
        "badge_image": "media/7.png",
        "item_name": "Bandages",
        **LINKS,
    }


@pytest.mark.rule("INT-49", "INT-11")
def test_an_included_expiry_day_is_sent_as_it_was_written() -> None:
    end = datetime(2025, 6, 30, 22, tzinfo=UTC)
    through = evolve(AWARD, expires_at=end, expiry_day=ExpiryDay.INCLUSIVE)
    at = datetime(2025, 6, 30, 10, tzinfo=UTC)
    told = notifications.values(ADA, through, FIRST_AID, at=at, zone="Europe/Rome")
    assert (told["expiry_date"], told["last_valid_day"]) == ("2025-06-30", "2025-06-30")
    assert (told["days_left"], told["time_zone"]) == ("0", "Europe/Rome")
    plain = evolve(through, expiry_day=ExpiryDay.EXCLUSIVE)
    told = notifications.values(ADA, plain, FIRST_AID, at=at, zone="Europe/Rome")
    assert (told["expiry_date"], told["last_valid_day"]) == ("2025-07-01", "2025-06-30")


@pytest.mark.rule("ALL-NOTIFY-02", "DOC-EXP-05")
def test_what_never_expires_says_so() -> None:
    award = evolve(AWARD, expires_at=None)
    told = notifications.values(ADA, award, Certification("fa", "F"), at=ISSUED, zone=UTC)
    assert (told["expiry_date"], told["days_left"]) == ("never", "")
    assert (told["certification_code"], told["badge_image"]) == ("", "")


@pytest.mark.rule("ALL-NOTIFY-01", "ALL-NOTIFY-02")
def test_allbounds_mail_on_issue_shows_badge_both_dates_and_portal() -> None:
    (standard,) = ALLBOUND.notifications
    told = notifications.values(ADA, AWARD, FIRST_AID, at=ISSUED, zone=UTC, **LINKS)
    body = notifications.render(standard.body, told, TEXT)
    for shown in ("media/7.png", "2023-12-31", "2025-06-30", "https://learn.example"):
        assert shown in body
    assert notifications.render(standard.subject, told, HEADER) == "You have earned First aid"
    assert not notifications.lint(standard)


# What is questionable


def lint(body: str, kind: NoticeKind = NoticeKind.EXPIRY, subject: str = "") -> list[Rule]:
    notification = Notification("n", kind, subject=subject, body=body)
    return [reason.rule for reason in notifications.lint(notification)]


@pytest.mark.rule("DOC-NOTIFY-03", "INT-26")
def test_an_expiry_without_a_link_to_renew_calls_for_a_warning() -> None:
    assert lint("Hurry") == [Rule.DOC_NOTIFY_03]
    assert lint("Hurry", subject="[renew_link]") == [Rule.DOC_NOTIFY_03]
    assert not lint("[renew_link]")
    assert not lint("[ renew_link ]")
    assert not lint("{{renew_link}}")
    assert not lint("Well done", NoticeKind.ISSUED)


@pytest.mark.rule("DOC-NOTIFY-03")
def test_what_stands_in_a_comment_is_read_by_nobody() -> None:
    for unseen in ("<!-- [renew_link] -->", "<!--\n{{renew_link}}", "<!--[if mso]>[renew_link]-->"):
        assert lint(unseen) == [Rule.DOC_NOTIFY_03]
    assert not lint("<!--[if mso]>[unknown]<![endif]--> [renew_link] <!-- [unknown] -->")


@pytest.mark.rule("X-NOTIFY-2")
@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("[Renew_Link]", "[Renew_Link] is no short code; did you mean renew_link?"),
        ("{{ firstname }}", "{{ firstname }} is no short code; did you mean first_name?"),
        ("[zzz]", f"[zzz] is no short code; known are {', '.join(notifications.KNOWN)}"),
        ("{{z z}}", f"{{{{z z}}}} is no short code; known are {', '.join(notifications.KNOWN)}"),
        ("[renew-link]", "[renew-link] is no short code; did you mean renew_link?"),
        ("[ renew link]", "[ renew link] is no short code; did you mean renew_link?"),
        ("[renew_link\xa0]", "[renew_link\xa0] is no short code; did you mean renew_link?"),
    ],
)
def test_an_unknown_short_code_is_named_with_what_was_meant(body: str, text: str) -> None:
    notification = Notification("n", NoticeKind.ISSUED, subject=body, body=body)
    (reason,) = notifications.lint(notification)
    assert (reason.rule, reason.text) == (Rule.X_NOTIFY_2, text)


def test_brackets_in_prose_are_no_short_codes() -> None:
    assert not lint("[1] [see below] [ ] [] {x} [a\nb]", NoticeKind.ISSUED)


def test_thousands_of_unknown_short_codes_take_no_time_to_speak_of() -> None:
    body = "".join(f"[first_nam{number}]" for number in range(5_000))
    reasons = notifications.lint(Notification("n", NoticeKind.ISSUED, body=body))
    assert len(reasons) == 5_000
    assert "did you mean" in reasons[99].text
    assert "known are" in reasons[100].text


@pytest.mark.rule("DOC-NOTIFY-03", "X-NOTIFY-2")
@pytest.mark.parametrize("code", ["[renew_link\n]", "{{\r\n renew_link\t}}", "[\nrenew_link ]"])
def test_a_line_break_in_a_short_code_counts_for_nothing(code: str) -> None:
    assert not notifications.lint(Notification("n1", NoticeKind.EXPIRY, body=f"Renew: {code}"))
    assert notifications.render(code, {"renew_link": "https://r"}, TEXT) == "https://r"
    (_, warning) = notifications.lint(
        Notification("n1", NoticeKind.EXPIRY, body=code.replace("_", "-"))
    )
    assert "did you mean renew_link" in str(warning)


@pytest.mark.rule("X-NOTIFY-2")
@pytest.mark.parametrize("medium", ["html", "header", "text", None, 1], ids=repr)
def test_what_is_no_medium_is_refused(medium: Medium) -> None:
    with pytest.raises(InvalidValueError, match="medium cannot be"):
        notifications.render("[first_name]", {"first_name": "<b>"}, medium)
