"""What ./dev count reads from callgrind, and how it judges."""
import callgrind

DUMP = """\
# callgrind format
positions: line
events: Ir

ob=(1) /usr/bin/server
fl=(1) server.cpp
fn=(1) talk()
10 100
+1 20
cob=(2) /usr/lib/libcrypto.so.3
cfi=(2) ???
cfn=(2) SHA256
calls=3 0
* 5000
-2 7
13
ob=(2)
fl=(2)
fn=(2)
0 5000
ob=(3) /usr/lib/libc.so.6
fl=(3) ???
fn=(3) __memchr_avx2
0 400
fn=(4) malloc
0 50
ob=(1)
fl=(1)
fn=(1)
20 3
fn=(5) listen()
fi=(3)
30 1
totals: 5581
"""


def test_costs_count_where_they_arise_and_calls_not_twice():
    found = callgrind.costs(DUMP.splitlines())
    assert found["/usr/bin/server", "talk()"] == 130
    assert found["/usr/bin/server", "listen()"] == 1
    assert found["/usr/lib/libcrypto.so.3", "SHA256"] == 5000
    assert sum(found.values()) == 5581


def test_what_depends_on_the_processor_is_left_out():
    assert callgrind.ours(callgrind.costs(DUMP.splitlines())) == 130 + 1 + 50


def test_more_than_the_tolerance_is_worse_and_less_is_worth_storing():
    assert callgrind.verdict(102_000, 100_000) == ("102,000, stored 100,000", False)
    assert callgrind.verdict(123_456, 100_000) == ("123,456, stored 100,000 (+23%)", True)
    assert callgrind.verdict(90_000, 100_000) == ("90,000, stored 100,000 (-10%, worth storing)", False)
    assert callgrind.verdict(90_000, None) == ("90,000, none stored", False)
