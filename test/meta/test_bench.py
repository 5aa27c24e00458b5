"""The judgements of ./dev bench: medians, ratios against stored ones, bars."""
import xml.etree.ElementTree as xml

import figures
import picture
import ratios
import tables

FACTS = {"cpu": "A <fast> & quiet one", "openssl": "libssl3 3.0.22", "key": "ecdsa"}


def rounds(*values, foreign=0.0, figure="cpu"):
    return [{figure: value, "foreign": foreign} for value in values]


def run(ours, peer):
    return {"sessions 1.3": {"floor": rounds(200, 200, 200, figure="us"), "ehlock": ours, "nginx": peer}}


def test_medians_are_of_quiet_rounds_while_there_are_any():
    mixed = rounds(400, 410, 420) + rounds(900, 910, foreign=0.5)
    assert (figures.summary(mixed)["cpu"], figures.summary(mixed)["quiet"]) == (410, 3)
    assert figures.summary(rounds(900, 910, 920, foreign=0.5))["cpu"] == 910


def test_a_ratio_compares_each_round_with_itself():
    found = ratios.ratios_of(run(rounds(400, 800, 600), rounds(500, 1000, 750)))["sessions 1.3"]
    assert found["ehlock ÷ nginx"] == {"ratio": 0.8, "error": 0.0, "rounds": 3}
    assert found["ehlock ÷ floor"]["ratio"] == 3.0


def test_rounds_in_which_either_side_was_disturbed_do_not_count():
    ours = rounds(400, 400, 400) + rounds(4000, foreign=0.2)
    theirs = rounds(500, 500, 500, 500)
    assert ratios.ratios_of(run(ours, theirs))["sessions 1.3"]["ehlock ÷ nginx"]["rounds"] == 3
    assert ratios.ratios_of(run(ours, theirs[:2] + rounds(1, 1, foreign=0.2)))["sessions 1.3"]["ehlock ÷ nginx"] is None


def test_what_became_worse_is_named_and_counted():
    stored = {"sessions 1.3": {"ehlock ÷ nginx": 0.7, "ehlock ÷ floor": 2.0}}
    lines, worse, compared = ratios.judged(ratios.ratios_of(run(rounds(400, 400, 400), rounds(500, 500, 500))), stored)
    assert lines == ["sessions 1.3: ehlock ÷ floor: 2.00, stored 2.00 (+0%, 5% allowed): as before",
                     "sessions 1.3: ehlock ÷ nginx: 0.80, stored 0.70 (+14%, 5% allowed): WORSE"]
    assert (worse, compared) == (1, 2)


def test_noise_gives_more_room_than_the_tolerance():
    stored = {"sessions 1.3": {"ehlock ÷ nginx": 0.7}}
    found = ratios.ratios_of(run(rounds(400, 300, 500), rounds(500, 500, 500)))
    lines, worse, _ = ratios.judged(found, stored)
    assert worse == 0 and "54% allowed): as before" in lines[1]


def test_what_is_not_stored_or_too_noisy_is_said_and_not_compared():
    noisy = rounds(400, 400, 400, foreign=0.2)
    lines, worse, compared = ratios.judged(ratios.ratios_of(run(noisy, rounds(500, 500, 500))), {})
    assert (worse, compared) == (0, 0)
    assert lines[1] == "sessions 1.3: ehlock ÷ nginx: not compared: fewer than three undisturbed rounds"


def test_memory_and_floods_have_ratios_of_their_own():
    held = ratios.ratios_of({"idle 1.3": {"ehlock": rounds(12, 12, 12, figure="kib"), "nginx": rounds(18, 18, 18, figure="kib")}})
    assert round(held["idle 1.3"]["ehlock ÷ nginx"]["ratio"], 2) == 0.67
    flooded = ratios.ratios_of({"flood 1.3": {"ehlock": rounds(1.2, 1.3, 1.4, figure="times")}})
    assert flooded["flood 1.3"]["ehlock in the flood ÷ alone"]["ratio"] == 1.3


def test_storing_keeps_what_this_run_did_not_measure():
    found = ratios.ratios_of(run(rounds(400, 400, 400), rounds(500, 500, 500)))
    kept = ratios.stored_form(found, {"idle 1.3": {"ehlock ÷ nginx": 0.66}, "sessions 1.3": {"ehlock ÷ nginx": 1.0, "a ÷ b": 2.0}})
    assert kept == {"idle 1.3": {"ehlock ÷ nginx": 0.66},
                    "sessions 1.3": {"ehlock ÷ nginx": 0.8, "a ÷ b": 2.0, "ehlock ÷ floor": 2.0}}


def test_the_picture_is_xml_and_has_a_bar_for_each_figure():
    results = {"sessions 1.3": {"floor": {"us": 200, "quiet": 3}, "ehlock": {"cpu": 400, "quiet": 3}, "nginx": {"cpu": 800, "quiet": 0}}}
    drawn = picture.picture(results, FACTS)
    assert drawn == picture.picture(results, FACTS)
    root = xml.fromstring(drawn)
    bars = {each.get("class"): int(each.get("width")) for each in root.iter("{http://www.w3.org/2000/svg}rect")}
    assert bars["peer"] == 2 * bars["ours"] == 4 * bars["floor"]
    assert "800~" in drawn and "400<" in drawn and "on a busy machine" in drawn


def test_works_without_figures_have_no_picture():
    assert picture.picture({"flood 1.3": {"ehlock": {"times": 1.2, "quiet": 3}}}, FACTS) is None
    results = {job: {"ehlock": {"cpu": 1, "kib": 1, "quiet": 1}} for job in ("sessions 1.3", "idle 1.3")}
    assert sorted(picture.files_of(results, FACTS)) == ["idle-13.svg", "sessions-13.svg"]


def test_each_work_has_a_title_columns_and_a_tolerance():
    assert set(tables.TITLES) == set(ratios.TOLERANCES) == set(tables.COLUMNS) | set(tables.OWN_COLUMNS)


def test_two_cores_are_compared_with_one():
    results = {("cores", "1.3"): {"ehlock": {"cpu": 400, "quiet": 3, "rounds": 3}, "ehlock-2-cores": {"cpu": 420, "quiet": 3, "rounds": 3}}}
    facts = {**FACTS, "cores": 2, "kernel": "6", "load": 0, "ehlock": "ehlock 0.1.0", "peers": {}}
    assert "| ehlock-2-cores | 420 | 0.95 |" in tables.markdown(facts, results)
