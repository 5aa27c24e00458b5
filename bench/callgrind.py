"""Reads what callgrind wrote: instructions by object file and function, each counted where they ran."""
import re

LIBCRYPTO = re.compile(r"/libcrypto\.so")
# Of the C library, in as many versions as there are kinds of processors: __memmove_avx_unaligned_erms, __strlen_sse2.
BY_PROCESSOR = re.compile(r"_(?:sse\w*|ssse3\w*|avx\w*|evex\w*|erms)(?:$|_)|^_dl_runtime_resolve")
NAME = re.compile(r"(c?)(ob|fn|f[lie])=(?:\((\d+)\))?\s*(.*)")


def costs(lines):
    """(object, function) -> instructions that it ran itself."""
    found, names, place, of_call = {}, {}, {"ob": "", "fn": ""}, False
    for line in lines:
        word = NAME.match(line)
        if word:
            called, kind, number, text = word.groups()
            kind = "fl" if kind in ("fi", "fe") else kind
            text = names.setdefault((kind, number), text) if number else text
            if not called and kind in place:
                place[kind] = text
        elif line.startswith("calls="):
            of_call = True  # the next line has what the called one cost
        elif line[:1].isdigit() or line[:1] in "+-*":
            words = line.split()
            if not of_call and len(words) > 1:  # a line of no cost has none
                where = place["ob"], place["fn"]
                found[where] = found.get(where, 0) + int(words[1])
            of_call = False
    return found


def is_ours(place):
    """Not what differs from one kind of processor to the other: libcrypto, and the C library's string functions."""
    in_object, function = place
    return not LIBCRYPTO.search(in_object) and not BY_PROCESSOR.search(function)


def ours(found):
    return sum(cost for place, cost in found.items() if is_ours(place))


TOLERANCE = 0.03


def verdict(figure, stored):
    """The figure beside the stored one, and whether it is worse than that allows."""
    if not stored:
        return f"{figure:,}, none stored", False
    change = figure / stored - 1
    if abs(change) <= TOLERANCE:
        return f"{figure:,}, stored {stored:,}", False
    hint = "" if change > 0 else ", worth storing"
    return f"{figure:,}, stored {stored:,} ({change:+.0%}{hint})", change > 0
