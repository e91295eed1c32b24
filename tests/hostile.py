"""Strings that somebody could put into a name, a tag or a log line in order to harm the operator who looks at it.

They are built here from what terminals, markup parsers and eyes do: each family is a rule, not a list of finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"
C1_ST = "\x9c"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One string, the family it belongs to, and what it would do if it were written or parsed as it is."""

    family: str
    does: str
    text: str

    @property
    def name(self) -> str:
        """For test ids: printable and short."""
        return f"{self.family}-{self.does}".replace(" ", "-")


def _controls() -> Iterator[Hostile]:
    acts = {
        0x00: "vanishes inside a word",
        0x05: "asks for the answerback",
        0x07: "rings",
        0x08: "steps back over what was written",
        0x09: "jumps to the next stop",
        0x0B: "moves down",
        0x0C: "moves down or clears",
        0x0D: "goes to the start of the line",
        0x0E: "switches to line drawing",
        0x0F: "switches back",
        0x11: "resumes output",
        0x13: "stops output",
        0x18: "cancels our sequence",
        0x1A: "substitutes our sequence",
        0x7F: "deletes or vanishes",
    }
    for code, does in acts.items():
        yield Hostile("c0", does, f"live{chr(code) * 3}site")
    yield Hostile("c0", "hides the true name behind another", "payroll-live" + "\b" * 12 + "sandbox-old ")
    yield Hostile("c0", "overwrites the line it stands in", "drop payroll-live\rkeep sandbox-old")
    for code, does in {
        0x84: "indexes", 0x85: "starts a new line", 0x88: "sets a tab stop", 0x8D: "reverses a line",
        0x8E: "shifts once", 0x90: "opens a device string", 0x98: "opens a string", 0x9A: "asks what it is",
        0x9B: "opens a sequence", 0x9D: "opens a command", 0x9E: "opens a private message",
        0x9F: "opens a program command",
    }.items():  # fmt: skip
        yield Hostile("c1", does, f"live{chr(code)}2J{C1_ST}site")


def _sequences() -> Iterator[Hostile]:
    acts = {
        "2J": "clears the screen", "3J": "clears the scrollback", "1;1H": "goes to the top",
        "999B": "goes to the bottom", "2K": "clears the line", "8;1m": "writes invisibly", "7m": "reverses",
        "?25l": "hides the cursor", "?47l": "leaves the old alternate screen",
        "?1049l": "leaves the alternate screen", "?2004l": "lets a paste type", "?1003l": "turns the mouse off",
        "?1004l": "turns focus reports off", "?5h": "inverts the screen", "?7h": "wraps lines",
        "?2026h": "freezes the picture", "3;4r": "shrinks the scroll region", "20h": "changes line ends",
        "4h": "inserts instead of overwriting", "!p": "resets softly", "21t": "types the window title",
        "14t": "asks its size", "3;9;9t": "moves the window", "9;1t": "maximises the window", "4i": "prints",
        "6n": "asks where the cursor is", "c": "asks what it is", ">c": "asks which version",
        "?15n": "asks for the printer", ">1u": "changes the keyboard", "=2;1u": "sets keyboard flags",
        "5 q": "changes the cursor", "88888888b": "repeats a letter for ever",
        "9" * 300 + "A": "overflows a parameter", ";".join("1" * 200) + "m": "has two hundred parameters",
    }  # fmt: skip
    for body, does in acts.items():
        yield Hostile("csi", does, f"live{ESC}[{body}site")
    yield Hostile("csi", "does the same in eight bits", "live\x9b2J\x9b1;1Hsite")
    plain = {
        "c": "resets all", "#8": "fills the screen", "7": "saves", "8": "restores", "D": "scrolls",
        "M": "scrolls back", "(0": "draws lines", "=": "changes the keypad", "Z": "asks what it is",
        "%@": "leaves UTF-8",
    }  # fmt: skip
    for body, does in plain.items():
        yield Hostile("esc", does, f"live{ESC}{body}site")
    yield Hostile("esc", "swallows what we write next", f"live{ESC}")
    yield Hostile("esc", "swallows a bracket we write next", f"live{ESC}[")
    yield Hostile("esc", "survives being stripped once", f"li{ESC}{ESC}[1m[2J{ESC}[{ESC}[2Jve")


def _strings() -> Iterator[Hostile]:
    commands = {
        "0;title": "sets title and icon", "1;icon": "sets the icon", "2;title": "sets the title",
        "4;9;#000000": "blackens red", "8;;http://login.example/": "makes a link", "9;4;1;50": "shows progress",
        "10;?": "asks for the colour", "11;#000000": "blackens the ground", "50;?": "asks for the font",
        "52;c;cm0gLXJmIC4K": "fills the clipboard", "52;p;?": "reads the selection", "104": "resets the palette",
        "133;D;0": "fakes a prompt", "7;file://x/etc": "fakes the folder", "777;notify;a;b": "notifies",
        "1337;SetMark": "sets a mark", "1337;File=inline=1:AAAA": "draws an image",
        "99;;hello": "notifies through kitty", "22;wait": "changes the pointer", "633;E;id": "fakes a command",
    }  # fmt: skip
    for body, does in commands.items():
        end = BEL if len(body) % 2 else ST
        yield Hostile("osc", does, f"live{ESC}]{body}{end}site")
    yield Hostile("osc", "is never ended", f"live{ESC}]2;all that follows is a title")
    yield Hostile("osc", "does it in eight bits", f"live\x9d2;title{C1_ST}site")
    for body, does in {
        "$qm": "asks for a setting", "+q544e": "asks for a capability", "q#0;2;0;0;0~": "draws sixels",
        "1000p": "speaks ReGIS", "tmux;\x1b\x1b]52;c;eA==\x07": "talks past tmux",
    }.items():  # fmt: skip
        yield Hostile("dcs", does, f"live{ESC}P{body}{ST}site")
    for opener, does in {
        "X": "opens a string", "^": "opens a private message", "_": "opens a program command",
        "_Ga=T,f=100;AAAA": "draws a kitty image", "k": "sets the name in screen",
    }.items():  # fmt: skip
        yield Hostile("apc", does, f"live{ESC}{opener}hidden{ST}site")


def _unseen() -> Iterator[Hostile]:
    marks = {
        0x061C: "marks Arabic", 0x200E: "marks left to right", 0x200F: "marks right to left", 0x202A: "embeds",
        0x202B: "embeds back", 0x202C: "pops", 0x202D: "overrides", 0x202E: "overrides back", 0x2066: "isolates",
        0x2067: "isolates back", 0x2068: "isolates first", 0x2069: "pops an isolate", 0x206A: "inhibits swapping",
    }  # fmt: skip
    for code, does in marks.items():
        yield Hostile("bidi", does, f"drop {chr(code)}evil{chr(code)} keep")
    yield Hostile("bidi", "shows the reverse of the extension", "report\u202etxt.exe")
    yield Hostile("bidi", "swaps two names", "\u2067sandbox\u2069 instead of \u2067live\u2069")
    yield Hostile("bidi", "is a script of its own", "payroll-\u0634\u0631\u0643\u0629-live")
    gone = {
        0x00AD: "is a soft hyphen", 0x034F: "joins graphemes", 0x115F: "is an empty letter",
        0x17B4: "is an empty vowel", 0x180E: "is an old separator", 0x200B: "is a space of no width",
        0x200C: "keeps apart", 0x200D: "joins", 0x2060: "joins words", 0x2061: "applies a function", 0x2064: "adds",
        0x3164: "is an empty letter of Korea", 0xFFA0: "is half an empty letter", 0xFEFF: "marks byte order",
        0xFE0E: "selects a variant", 0xFE0F: "selects a picture", 0xFFF9: "annotates", 0x180B: "selects Mongolian",
        0xE0001: "tags a language", 0xE0041: "tags a letter", 0xE0100: "selects a far variant",
    }  # fmt: skip
    for code, does in gone.items():
        yield Hostile("invisible", does, f"pay{chr(code)}roll")
    for code, does in {
        0x2028: "separates lines",
        0x2029: "separates paragraphs",
        0x0A: "starts a line",
        0x1C: "separates files",
    }.items():
        yield Hostile("newline", does, f"kept{chr(code)}20:00:01 INFO all is well")


def _letters() -> Iterator[Hostile]:
    for text, does in {
        "\u0440\u0430yroll": "is half Cyrillic", "\uff50\uff41\uff59roll": "is full width",
        "p\u0251yroll": "is phonetic", "\U0001d429\U0001d41a\U0001d432roll": "is mathematical",
        "re\u0301sume\u0301": "is decomposed", "\u1e9e\ufb03": "folds to more letters",
        "I\u0307stanbul": "has a dot too many",
    }.items():  # fmt: skip
        yield Hostile("homoglyph", does, text)
    for text, does in {
        "a" + "\u0315\u031b\u0322" * 150: "stacks marks", "\u0e01" + "\u0e49" * 200: "stacks Thai marks",
        "\U0001f469\u200d\U0001f52c\U0001f3fd\u200d\U0001f680|": "is one picture or four",
        "\u6f22\u5b57" * 20: "is twice as wide", "\U0001f1eb\U0001f1f7\U0001f1eb": "is a flag and a half",
        "\ufdfd\u2e3b": "is as wide as a word", "\u0378\U000e1fff": "is not assigned",
        "\ue000\U0010fffd": "is private", "\ufffe\uffff\U0001ffff": "is no character",
    }.items():  # fmt: skip
        yield Hostile("width", does, text)
    for text, does in {
        "live\ud83dsite": "is half a pair",
        "a\udc80\udcffb": "smuggles bytes",
        "\udbff\udbff": "is two halves alike",
    }.items():
        yield Hostile("encoding", does, text)


def _markup() -> Iterator[Hostile]:
    for text, does in {
        "[@click=app.quit]fine[/]": "quits on a click", "[@click=app.bell()]fine[/]": "acts on a click",
        "[@click=screen.dismiss(True)]fine[/]": "confirms on a click",
        "[link=https://login.example]console[/link]": "makes a link", "[blink]x[/blink]": "blinks",
        "[on red]CRIT[/]": "raises an alarm", "[conceal]x[/conceal]": "conceals", "[/]": "closes nothing",
        "[bold]": "never closes", "[b]x[/i]": "closes another", "[a][b][/a][/b]": "closes crosswise",
        "[/usr/lib]": "is a path", "[1, 2]": "is a list", "[ ]": "is empty", "[[b]]": "is nested",
        "\\[b]x": "is escaped", "trailing \\": "escapes what follows", "[$primary]x[/]": "takes our colour",
        "[auto on $error 50%]x[/]": "takes our ground", "[=]": "is no tag", "[b=]x": "has no value",
        "[@click=]x[/]": "has no action", "[" * 200: "opens for ever", ":warning: :skull:": "is an emoji code",
        "{0.__class__} %s %(x)s {}": "is a format",
    }.items():  # fmt: skip
        yield Hostile("markup", does, text)


def _spoofs() -> Iterator[Hostile]:
    yield Hostile(
        "spoof",
        "draws a window of ours",
        "\u256d\u2500 Confirm \u2500\u256e \u2502 press y \u2502 \u2570\u2500\u2500\u256f",
    )
    yield Hostile("spoof", "shows a level of ours", "\u25cf ok  all checks passed")
    yield Hostile("spoof", "fills the line with blanks", "live" + "\u00a0" * 300 + "sandbox")
    yield Hostile("spoof", "fills the line with wide blanks", "live" + "\u3000\u2003\u2800" * 60 + "sandbox")
    yield Hostile("dos", "is very long", "long " * 60_000)
    yield Hostile("dos", "is a sequence per letter", f"{ESC}[1m." * 5_000)
    yield Hostile("dos", "is very many lines", "\n" * 20_000)


HOSTILE: tuple[Hostile, ...] = tuple(
    hostile for family in (_controls, _sequences, _strings, _unseen, _letters, _markup, _spoofs) for hostile in family()
)
"""All of them; their names are unique."""
