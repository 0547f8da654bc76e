"""Two people on one criterion: both texts, who and when; nothing lost. And the history."""

from django.utils import timezone

from assessments.models import Rating
from tests.markup import page


def typed(version: int, level: str, words: str) -> dict:
    return {"level": level, "justification": words, "version": version}


def collide(client, at, sign_in, cast):
    """The member saves; then the lead saves what she typed over the page she opened before."""
    theirs = typed(0, "1", "By the member.") | {"practice": "exists"}
    sign_in(cast.member).post(at("criterion"), theirs)
    return client.post(at("criterion"), typed(0, "3", "By the lead."))


def test_both_texts_the_author_and_the_time_are_shown(client, at, rating, sign_in, cast) -> None:
    response = collide(client, at, sign_in, cast)
    assert response.status_code == 409
    shown = page(response)
    mine, theirs = shown.all("div", class_="version")
    assert "High" in mine.text
    assert "By the lead." in mine.text
    assert "Little" in theirs.text
    assert "By the member." in theirs.text
    assert "It exists" in theirs.text
    kept = Rating.objects.get(pk=rating.pk)
    assert cast.member.name in theirs.text
    assert f"{timezone.localtime(kept.updated_at):%H:%M}" in theirs.text
    assert (kept.level, kept.justification) == (1, "By the member.")


def test_ones_own_other_window_is_not_called_somebody_else(client, at, cast) -> None:
    client.post(at("criterion"), typed(0, "1", "In the first window."))
    shown = page(client.post(at("criterion"), typed(0, "3", "In the second window.")))
    assert "You changed this in two windows" in shown.text
    assert "In another window you saved this criterion" in shown.text
    assert "Two of you" not in shown.text


def test_mine_can_be_kept(client, at, rating, sign_in, cast) -> None:
    shown = page(collide(client, at, sign_in, cast))
    keep_mine = shown.one("section", data_conflict=True).all("form")[0]
    assert keep_mine["action"] == at("criterion")
    assert client.post(keep_mine["action"], keep_mine.fields()).status_code == 302
    kept = Rating.objects.get(pk=rating.pk)
    assert (kept.level, kept.justification, kept.version) == (3, "By the lead.", 2)


def test_both_can_be_joined(client, at, rating, sign_in, cast) -> None:
    shown = page(collide(client, at, sign_in, cast))
    join = shown.one("section", data_conflict=True).all("form")[-1]
    sent = join.fields()
    assert "By the lead." in sent["justification"]
    assert "By the member." in sent["justification"]
    assert client.post(join["action"], sent).status_code == 302
    assert Rating.objects.get(pk=rating.pk).justification == sent["justification"].replace(
        "\r\n", "\n"
    )


def test_theirs_can_be_kept_by_going_back_to_the_page(client, at, sign_in, cast) -> None:
    shown = page(collide(client, at, sign_in, cast))
    links = [link for link in shown.all("a", href=at("criterion")) if "theirs" in link.text]
    assert len(links) == 1
    assert "By the member." in page(client.get(links[0]["href"])).text


def test_a_third_save_in_between_is_a_conflict_again(client, at, rating, sign_in, cast) -> None:
    shown = page(collide(client, at, sign_in, cast))
    keep_mine = shown.one("section", data_conflict=True).all("form")[0]
    sign_in(cast.member).post(at("criterion"), typed(1, "0", "By the member again."))
    again = client.post(keep_mine["action"], keep_mine.fields())
    assert again.status_code == 409
    assert "By the member again." in page(again).text
    assert Rating.objects.get(pk=rating.pk).level == 0


def test_a_level_of_nought_survives_a_conflict(client, at, rating, sign_in, cast) -> None:
    sign_in(cast.member).post(at("criterion"), typed(0, "", "No level yet."))
    response = client.post(at("criterion"), typed(0, "0", "By the lead."))
    mine, theirs = page(response).all("div", class_="version")
    assert "Low or no" in mine.text
    assert "Not rated" in theirs.text
    keep_mine = page(response).one("section", data_conflict=True).all("form")[0]
    client.post(keep_mine["action"], keep_mine.fields())
    assert Rating.objects.get(pk=rating.pk).level == 0


def test_hostile_words_are_text_on_the_conflict_page(client, at, sign_in, cast) -> None:
    hostile = '"><script>alert(1)</script>'
    sign_in(cast.member).post(at("criterion"), typed(0, "1", hostile))
    response = client.post(at("criterion"), typed(0, "2", hostile + "!"))
    assert b"<script>alert" not in response.content
    keep_mine = page(response).one("section", data_conflict=True).all("form")[0]
    assert keep_mine.fields()["justification"] == hostile + "!"


def test_the_history_tells_who_changed_what_newest_first(client, at, sign_in, cast) -> None:
    client.post(at("criterion"), typed(0, "1", "First words."))
    sign_in(cast.member).post(at("criterion"), typed(1, "0", "First words."))
    sign_in(cast.member).post(at("criterion"), typed(2, "", ""))
    entries = page(client.get(at("history"))).one("ol", class_="timeline").all("li")
    assert len(entries) == 3
    last, second, first = (entry.text for entry in entries)
    assert "Low or no confidence → Not rated" in last
    assert "Reasons: cleared" in last
    assert "Little confidence → Low or no confidence" in second
    assert cast.member.name in second
    assert "Not rated → Little confidence" in first
    assert "First words." in first
    assert cast.lead.name in first


def test_a_criterion_nobody_touched_has_an_empty_history(client, at) -> None:
    response = client.get(at("history"))
    assert response.context["events"] == []
    assert "Nothing yet" in page(response).text
