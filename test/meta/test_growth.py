"""What ./dev growth calls faster than linear."""
import growth


def certificates(**figures):
    names = list(figures)
    return [{"certificates": size, **dict(zip(names, values))} for size, values in zip((1, 10, 100, 1000), zip(*figures.values()))]


def held(costs, memory=(None, 20, 20, 20)):
    sizes = (10, 100, 1000, 10_000)
    return [{"held": size, "session_us": cost, "kib": kib} for size, cost, kib in zip(sizes, costs, memory)]


def test_what_grows_with_the_number_passes():
    assert growth.faults("certificates", certificates(start_cpu_s=(0, 0.02, 0.2, 2.1), mib=(9, 9.3, 12, 40))) == []


def test_what_grows_with_the_square_is_named():
    assert growth.faults("certificates", certificates(reload_cpu_s=(0.01, 0.02, 0.2, 20))) == [
        "reload_cpu_s at 1,000 certificates: 10.43 times what it may be"]
    assert growth.faults("certificates", certificates(mib=(9, 10, 20, 1200)))


def test_small_figures_are_left_to_chance():
    assert growth.faults("certificates", certificates(start_cpu_s=(0, 0.01, 0.04, 0.9))) == []
    assert growth.faults("certificates", certificates(mib=(9, 9.1, 10, 40))) == []


def test_a_session_may_not_cost_more_beside_many():
    assert growth.faults("held", held((600, 610, 650, 800))) == []
    assert growth.faults("held", held((600, 610, 650, 1300))) == ["session_us at 10,000 held: 2.0 times what it may be"]
    assert growth.faults("held", held((600, 600, 600, 600), (None, 20, 21, 60))) == ["kib at 10,000 held: 2.86 times what it may be"]


def test_medians_and_rows():
    rows = [growth.median_of([{"held": 10, "session_us": value, "kib": None} for value in (700, 500, 600)])]
    assert growth.table("held", rows).splitlines()[-1] == "| 10 | 600 | – |"
