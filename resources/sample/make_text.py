#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the sample's own text: train.txt (for train.py), calib.txt and eval.txt (for the workbench).

Everything comes from the rules in grammar.txt, the passages in passages.txt and the small programs below, from
fixed seeds: the same files every time. Calibration and evaluation text are held out of the training text.
"""
import argparse
import random
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent

SHE = ["Mara", "Ilse", "Tova", "Nell", "Edda", "Rosa", "Wanda", "Birte", "Anouk", "Selma", "Dora", "Kaja"]
HE = ["Jorin", "Tamo", "Otis", "Bram", "Emil", "Pavel", "Nils", "Quint", "Rufus", "Henk", "Arvid", "Milo"]
STATIONS = ["Oakmill", "Greyhead", "Stonequay", "Larkfield", "Upper Brook", "Saltmarsh", "Hollin", "Westgate"]
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
           "seventeen eighteen nineteen twenty").split()

# name: (kind, what it does or is used for, where, made of or eats)
FACTS = {
    "hammer": ("tool", "drive nails", "workshop", "steel and ash wood"),
    "saw": ("tool", "cut boards", "workshop", "thin steel"),
    "plane": ("tool", "smooth wood", "workshop", "beech and iron"),
    "spade": ("tool", "dig the ground", "garden shed", "iron and oak"),
    "compass": ("instrument", "find the north", "boat", "brass and glass"),
    "barometer": ("instrument", "measure the pressure of the air", "weather tower", "brass and mercury"),
    "thermometer": ("instrument", "measure how warm it is", "weather tower", "glass and alcohol"),
    "scale": ("instrument", "weigh flour and salt", "mill", "iron and brass"),
    "pulley": ("machine", "lift heavy loads", "harbour", "oak and rope"),
    "needle": ("tool", "sew coats", "house", "steel"),
    "anvil": ("tool", "forge iron on", "smithy", "cast steel"),
    "lens": ("instrument", "see small things", "library", "clear glass"),
    "fox": ("animal", "hunts mice at dusk", "forest", "mice and berries"),
    "heron": ("animal", "stands still in the water", "marsh", "fish and frogs"),
    "hedgehog": ("animal", "rolls up into a ball", "garden", "beetles and worms"),
    "otter": ("animal", "swims under the ice", "river", "fish and crabs"),
    "owl": ("animal", "flies without a sound", "barn", "mice"),
    "beaver": ("animal", "builds dams", "river", "bark and roots"),
    "goat": ("animal", "climbs on every wall", "hill", "grass and leaves"),
    "snail": ("animal", "carries its house", "garden", "leaves"),
    "swallow": ("animal", "flies south in autumn", "barn", "flies"),
    "toad": ("animal", "sleeps in the mud all winter", "pond", "flies and worms"),
    "donkey": ("animal", "carries sacks up the hill", "mill", "grass and oats"),
    "crow": ("animal", "hides bright things", "field", "seeds and worms"),
}
GOODS = {"bread": 30, "cheese": 85, "lamp oil": 120, "rope": 45, "nails": 12, "flour": 25, "honey": 95, "paper": 18,
         "soap": 22, "candles": 40, "salt": 9, "apples": 15}


class Grammar:
    """Expands the rules of grammar.txt; `memory` holds what [rule@name] remembered in the current document."""

    SLOT = re.compile(r"\[([^\[\]]+)\]")

    def __init__(self, path, rng):
        self.rng, self.memory, self.rules = rng, {}, {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith(" "):
                alternatives = self.rules.setdefault(line.rstrip(":"), [])
                continue
            weight = re.match(r"\s+(\d+)\* ", line)
            alternatives.extend([line[weight.end():] if weight else line.strip()] * (int(weight[1]) if weight else 1))

    def expand(self, text):
        return self.SLOT.sub(self._slot, text)

    def _slot(self, match):
        rule, _, name = match[1].partition("@")
        if not rule:
            return self.memory[name]
        number = re.fullmatch(r"(\d+)-(\d+)", rule)
        value = str(self.rng.randint(int(number[1]), int(number[2]))) if number else None
        value = value or self.expand(self.rng.choice(self.rules[rule]))
        if name:
            self.memory[name] = value
        return value


def polish(text):
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    text = re.sub(r'\."(?= (said|answered)\b)', ',"', text)
    text = re.sub(r"\bthe the\b", "the", text)
    return re.sub(r'(^|[.!?]"? )(?!(?:asked|said|answered|cried)\b)([a-z])', lambda m: m[1] + m[2].upper(), text)


class Writer:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.grammar = Grammar(HERE / "grammar.txt", self.rng)

    def cast(self):
        """Two people for one document."""
        female = self.rng.random() < 0.5
        self.grammar.memory = dict(hero=self.rng.choice(SHE if female else HE), he="she" if female else "he",
                                   him="her" if female else "him", his="her" if female else "his")
        rival_female = self.rng.random() < 0.5
        rival = self.rng.choice([n for n in (SHE if rival_female else HE) if n != self.grammar.memory["hero"]])
        self.grammar.memory.update(rival=rival, rival_his="her" if rival_female else "his")
        self.grammar.rules["childword"] = ["a girl", "a young woman"] if female else ["a boy", "a young man"]

    def rule(self, name):
        self.cast()
        return self.grammar.expand(f"[{name}]")

    def chat(self):
        self.cast()
        turns = [t.strip() for t in self.grammar.expand("[chat]").split("|")]
        who = [self.grammar.memory["hero"], self.grammar.memory["rival"]]
        return "\n".join(f"{who[i % 2]}: {polish(turn)}" for i, turn in enumerate(turns))

    def shop(self):
        self.cast()
        hero, rng = self.grammar.memory["hero"], self.rng
        item, count = rng.choice(list(GOODS)), rng.randint(2, 9)
        total = GOODS[item] * count
        paid = (total // 100 + rng.randint(1, 2)) * 100
        lines = [("Shopkeeper", self.grammar.expand("[shop_hello] What do you need?")),
                 (hero, f"{count} of the {item}, please. What does one cost?"),
                 ("Shopkeeper", f"One costs {GOODS[item]} pence, so {count} cost {total} pence."),
                 (hero, f"Here are {paid} pence."),
                 ("Shopkeeper", f"Then you get {paid - total} pence back."),
                 (hero, self.grammar.expand("[shop_bye]"))]
        return "\n".join(f"{who}: {polish(line)}" for who, line in lines)

    def log(self):
        """Readings that drift from hour to hour, with the remarks that follow from them."""
        rng = self.rng
        temperature, pressure, wind = rng.randint(-80, 260), rng.randint(985, 1030), rng.randint(0, 14)
        hour, lines = rng.randint(0, 12), []
        lines.append(f"Log of station {rng.choice(STATIONS)}, {rng.randint(1, 28)} {self.grammar.expand('[month]')}.")
        direction, first = self.grammar.expand("[direction]"), temperature
        for _ in range(rng.randint(3, 6)):
            if rng.random() < 0.3:
                direction = self.grammar.expand("[direction]")
            lines.append(f"{hour:02d}:00 temperature {temperature / 10:.1f} C, pressure {pressure} hPa, "
                         f"wind {wind} m/s from the {direction}.")
            change, fall = rng.randint(-15, 15), rng.randint(-3, 3)
            if rng.random() < 0.4:
                word = "risen" if fall > 0 else "fallen"
                lines.append(f"The pressure has {word} by {abs(fall)} hPa." if fall else "The pressure is steady.")
            temperature, pressure = temperature + change, pressure + fall
            wind, hour = max(0, wind + rng.randint(-2, 2)), hour + rng.choice([1, 1, 2])
        word = "warmer" if temperature > first else "colder"
        if temperature != first:
            lines.append(f"It is now {abs(temperature - first) / 10:.1f} degrees {word} than at the beginning.")
        return "\n".join(lines)

    def sums(self):
        rng, lines = self.rng, []
        for _ in range(rng.randint(3, 7)):
            a, b = rng.randint(1, 20), rng.randint(1, 20)
            kind = rng.randrange(5)
            if kind == 0:
                lines.append(f"{a} plus {b} is {a + b}.")
            elif kind == 1:
                lines.append(f"{max(a, b)} minus {min(a, b)} is {max(a, b) - min(a, b)}.")
            elif kind == 2:
                lines.append(f"{a % 10 + 1} times {b % 10 + 1} is {(a % 10 + 1) * (b % 10 + 1)}.")
            elif kind == 3 and a != b:
                lines.append(f"{NUMBERS[a]} is {'more' if a > b else 'less'} than {NUMBERS[b]}.")
            else:
                start, stride = a, b % 5 + 1
                lines.append("Count: " + ", ".join(str(start + stride * i) for i in range(6)) + ".")
        return polish(" ".join(lines))

    def fact(self):
        rng, lines = self.rng, []
        for name in rng.sample(list(FACTS), rng.randint(2, 5)):
            kind, use, where, of = FACTS[name]
            if kind == "animal":
                options = [f"The {name} is an animal that {use}.", f"You can find the {name} near the {where}.",
                           f"A {name} eats {of}.", f"What does a {name} eat? It eats {of}.",
                           f"Which animal {use}? The {name}."]
            else:
                options = [f"A {name} is a {kind} that is used to {use}.", f"The {name} is kept in the {where}.",
                           f"A {name} is made of {of}.", f"What is a {name} for? It is used to {use}.",
                           f"With a {name} you can {use}."]
            lines.extend(rng.sample(options, rng.randint(1, 3)))
        return polish(" ".join(lines))

    def inventory(self):
        rng, lines = self.rng, []
        things = rng.sample(self.grammar.rules["thing"] + self.grammar.rules["tool"], rng.randint(3, 6))
        counts = [rng.randint(1, 20) for _ in things]
        lines.append(f"In {self.grammar.expand('[place]')} there are:")
        lines += [f"- {count} {thing}{'s' if count > 1 and not thing.endswith('s') else ''}"
                  for count, thing in zip(counts, things)]
        lines.append(f"That makes {sum(counts)} things.")
        return "\n".join(lines).replace("boxs", "boxes").replace("brushs", "brushes").replace("wrenchs", "wrenches")

    KINDS = ["story"] * 9 + ["fable"] * 3 + ["bulletin"] * 2 + ["manual"] * 2 + ["letter"] * 3 + \
        ["chat", "chat", "shop", "log", "log", "sums", "fact", "fact", "inventory"]

    def document(self):
        kind = self.rng.choice(self.KINDS)
        if hasattr(self, kind):
            return getattr(self, kind)()
        return polish(self.rule(kind))


def write(path, seed, characters, passages, repeats, forbidden=frozenset()):
    """Documents until `characters` are reached, the passages spread among them; returns the documents."""
    writer, documents, size = Writer(seed), [], 0
    while size < characters:
        document = writer.document()
        if document not in forbidden:
            documents.append(document)
            size += len(document) + 2
    for passage in passages * repeats:
        documents.insert(writer.rng.randrange(len(documents)), passage)
    path.write_text("\n\n".join(documents) + "\n", encoding="utf-8")
    return documents


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "build", help="folder of train.txt")
    parser.add_argument("--characters", type=int, default=6_000_000, help="length of the training text")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    passages = (HERE / "passages.txt").read_text(encoding="utf-8").strip().split("\n\n")
    held = set(write(HERE / "calib.txt", 2, 88_000, passages[0:4], 1))
    held |= set(write(HERE / "eval.txt", 3, 88_000, passages[4:8], 1, forbidden=frozenset(held)))
    write(options.out / "train.txt", 1, options.characters, passages[8:], 6, forbidden=frozenset(held))


if __name__ == "__main__":
    main()
