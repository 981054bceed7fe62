#!/usr/bin/env python3
"""Writes unicode.bin, the part of Unicode that nicknames go by, from an installed ICU: python3 generate.py 72

The table is fixed in the repository and read by UnicodeTable.cs: two servers may have two ICUs, and stored skeletons must stay comparable. Made anew only together with a
migration that empties users.skeleton (see NicknameUpgrade.cs). Numbers are LEB128; the layout is in UnicodeTable.cs.
"""
import ctypes, pathlib, sys

icu = sys.argv[1]
common, i18n = ctypes.CDLL(f'libicuuc.so.{icu}'), ctypes.CDLL(f'libicui18n.so.{icu}')


def call(library, name, result, *types):
    function = getattr(library, f'{name}_{icu}')
    function.restype, function.argtypes = result, types
    return function


void, i32, u32, u16 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32, ctypes.c_uint16
text, error = ctypes.POINTER(u16), ctypes.POINTER(ctypes.c_int)
property_of = call(common, 'u_getIntPropertyValue', i32, i32, i32)
has = call(common, 'u_hasBinaryProperty', ctypes.c_int8, i32, i32)
scripts_of = call(common, 'uscript_getScriptExtensions', i32, i32, ctypes.POINTER(i32), i32, error)
usage_of = call(common, 'uscript_getUsage', i32, i32)
short_name = call(common, 'uscript_getShortName', ctypes.c_char_p, i32)
contains = call(common, 'uset_contains', ctypes.c_int8, void, i32)
fold_text = call(common, 'u_strFoldCase', i32, text, i32, text, i32, u32, error)
normalise = call(common, 'unorm2_normalize', i32, void, text, i32, text, i32, error)
skeleton = call(i18n, 'uspoof_getSkeleton', i32, void, u32, text, i32, text, i32, error)


def opened(library, name):
    return call(library, name, void, error)(ctypes.byref(ctypes.c_int(0)))


nfkc, nfd, spoof = opened(common, 'unorm2_getNFKCInstance'), opened(common, 'unorm2_getNFDInstance'), opened(i18n, 'uspoof_open')
recommended, inclusion = opened(i18n, 'uspoof_getRecommendedSet'), opened(i18n, 'uspoof_getInclusionSet')

CATEGORY, COMBINING, JOINING, SYLLABIC, XID_CONTINUE, EMOJI = 0x1005, 0x1002, 0x1007, 0x1017, 32, 57
UNASSIGNED, SURROGATE, PRIVATE = 0, 18, 17
LETTERS, MN, MC, ND = {1, 2, 3, 4, 5, 10}, 6, 8, 9
VOWEL_DEPENDENT = property_of(0x093E, SYLLABIC)
COMMON, INHERITED, LIMITED, RECOMMENDED = 0, 1, 3, 5


def converted(call, string):
    data = string.encode('utf-16-le', 'surrogatepass')
    source = (u16 * (len(data) // 2)).from_buffer_copy(data)
    target, status = (u16 * 256)(), ctypes.c_int(0)
    length = call(source, len(data) // 2, target, 256, ctypes.byref(status))
    assert status.value <= 0
    return bytes(target)[:2 * length].decode('utf-16-le')


def to_nfkc(s): return converted(lambda *a: normalise(nfkc, *a), s)
def to_nfd(s): return converted(lambda *a: normalise(nfd, *a), s)
def looks(s): return converted(lambda source, n, *a: skeleton(spoof, 0, source, n, *a), s)
def folded(s): return converted(lambda source, n, target, m, status: fold_text(target, m, source, n, 0, status), s)


def extensions(code):
    found, status = (i32 * 32)(), ctypes.c_int(0)
    return found[:scripts_of(code, found, 32, ctypes.byref(status))]


# Letter, Mark, Digit, Punctuation, Emoji, Compatibility: see CharacterClass.
PUNCTUATION = {c for c in range(0x21, 0x7F) if not chr(c).isalnum()}
characters = [c for c in range(0x110000) if property_of(c, CATEGORY) not in (UNASSIGNED, SURROGATE, PRIVATE)]


def class_of(code):
    category, scripts = property_of(code, CATEGORY), extensions(code)
    if code in (0x200C, 0x200D, 0xFE0F) or to_nfkc(chr(code)) != chr(code):
        return 0
    usage = max((usage_of(s) for s in scripts if s not in (COMMON, INHERITED)), default=0)
    ordinary = contains(recommended, code) or has(code, XID_CONTINUE) and (usage == LIMITED or category in (MN, MC) and usage == RECOMMENDED)
    if code in PUNCTUATION or contains(inclusion, code):
        return 4
    if has(code, EMOJI) and code > 0x2000:
        return 5
    if not ordinary or usage not in (LIMITED, RECOMMENDED) and not all(s in (COMMON, INHERITED) for s in scripts):
        return 0
    return 1 if category in LETTERS else 2 if category in (MN, MC) else 3 if category == ND else 0


classes = {c: k for c in characters if (k := class_of(c))}
for c in characters:  # what stands for others, such as wide letters: allowed where those are
    plain = to_nfkc(chr(c))
    if c not in classes and plain != chr(c) and c > 0x20 and all(ord(p) in classes or p == ' ' for p in plain):
        classes[c] = 6

# Bits of a set of scripts: the first four have a meaning to NicknameScripts.cs; the rest as they come.
bits = {'Latn': 0, 'Jpan': 1, 'Hanb': 2, 'Kore': 3}
ALL = (1 << 128) - 1
augmented = {'Hani': ('Hanb', 'Jpan', 'Kore'), 'Hira': ('Jpan',), 'Kana': ('Jpan',), 'Hang': ('Kore',), 'Bopo': ('Hanb',)}


def script_set(code):
    scripts = extensions(code)
    if any(s in (COMMON, INHERITED) for s in scripts):
        return ALL
    names = [short_name(s).decode() for s in scripts if usage_of(s) in (LIMITED, RECOMMENDED)]
    result = 0
    for name in [n for name in names for n in (name, *augmented.get(name, ()))]:
        result |= 1 << bits.setdefault(name, len(bits))
    assert len(bits) <= 128
    return result


def flags_of(code):
    joining, mn = property_of(code, JOINING), property_of(code, CATEGORY) == MN
    combining = property_of(code, COMBINING)
    return ((joining in (2, 3)) << 0 | (joining in (2, 4)) << 1 | (joining == 5) << 2 | (combining == 9) << 3 | (mn and combining != 0) << 4 | mn << 5
            | (property_of(code, SYLLABIC) == VOWEL_DEPENDENT) << 6)


sets, kinds, ranges = {}, {}, []
for c in sorted(classes):
    kind = (6, 0, 0) if classes[c] == 6 else (classes[c], sets.setdefault(script_set(c), len(sets)), flags_of(c))
    number = kinds.setdefault(kind, len(kinds))
    if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] == number:
        ranges[-1][1] = c
    else:
        ranges.append([c, c, number])

# Full case folding and look-alikes of everything that a key may hold: accounts of former rules have names that are not allowed today.
folds = {c: folded(chr(c)) for c in characters if folded(chr(c)) != chr(c) and to_nfkc(chr(c)) == chr(c)}
alike, waiting = {}, {p for c in characters if to_nfkc(chr(c)) == chr(c) for p in to_nfd(chr(c))}
seen = set()
while waiting:
    c = waiting.pop()
    seen.add(c)
    if looks(c) != c:
        alike[ord(c)] = looks(c)
    waiting |= {q for p in (looks(c), folded(c)) for q in to_nfd(p)} - seen


def leb(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out + bytes([n]))


def mapping(table):
    out, last = leb(len(table)), 0
    for key in sorted(table):
        out += leb(key - last) + leb(len(table[key])) + b''.join(leb((d << 1) ^ (d >> 63)) for d in (ord(t) - key for t in table[key]))
        last = key
    return out


version = (ctypes.c_uint8 * 4)()
common[f'u_getUnicodeVersion_{icu}'](version)
out = bytes(version[:2]) + leb(len(sets)) + b''.join(s.to_bytes(16, 'little') for s in sets)
out += leb(len(kinds)) + b''.join(bytes([k, f]) + leb(s) for k, s, f in kinds)
out += leb(len(ranges))
last = 0
for first, end, kind in ranges:
    out += leb(first - last) + leb(end - first) + leb(kind)
    last = end
folds_out, alike_out = mapping(folds), mapping(alike)
out += folds_out + alike_out
path = pathlib.Path(__file__).with_name('unicode.bin')
path.write_bytes(out)
print(f'Unicode {version[0]}.{version[1]}: {len(classes)} characters in {len(ranges)} ranges, {len(kinds)} kinds, {len(bits)} scripts in {len(sets)} sets, '
      f'{len(folds)} folded ({len(folds_out)} bytes), {len(alike)} look-alikes ({len(alike_out)} bytes); {len(out)} bytes')
if len(sys.argv) > 2:
    for code in map(lambda s: int(s, 16), sys.argv[2:]):
        print(f'{code:04X} {chr(code)} class {classes.get(code)} scripts {[short_name(s).decode() for s in extensions(code)]} flags {flags_of(code):b} looks {looks(chr(code))!r}')
