"""Names for invented people, by where their parents might have come from."""

import random
import unicodedata
from collections.abc import Iterator

# (weight, given names, family names)
_ORIGINS: list[tuple[int, str, str]] = [
    (
        62,
        "Anne Ingunn Randi Marit Solveig Turid Berit Hilde Silje Kristin Ida Nora Emma Frida Tuva Maren Thea Oda Synne "
        "Åse Gunn Torill Wenche Mona Elin Lene Trine Camilla Stine Guro Ragna Eldbjørg Ole Lars Per Knut Arne Terje "
        "Geir Frode Espen Vegard Sindre Håkon Eirik Jonas Mathias Sander Emil Aksel Iver Sverre Torbjørn Øyvind Odd "
        "Rune Stian Kjetil Asbjørn Trygve Leif Steinar Jostein Brage Even",
        "Aasland Bjørge Brekke Bråten Dalen Eikeland Engen Espeland Fagerli Fjeld Flaten Fosse Gjerde Granli Grønvold "
        "Hagelund Haugli Heggen Hovde Kvamme Langli Lervik Lien Løkken Midtbø Morkved Nordbø Nygård Opheim "
        "Ringstad Rognli Rødseth Sandnes Sjåvik Skaret Skogli Slettli Solli Stokke Stølen Sundli Svendsby Sørli "
        "Tangen Teigen Tveita Ulvik Vangen Vestli Viken Ytreli Øverås Ødegårdsli Åsheim",
    ),
    (6, "Agnieszka Katarzyna Magda Ewa Tomasz Marek Paweł Krzysztof", "Nowicki Zawada Lisowska Wrona Sobczak Mazurek"),
    (4, "Rasa Jurgita Darius Mindaugas Ieva", "Petraitis Vaitkus Jankauskas Urbona"),
    (5, "Amina Hodan Fadumo Yusuf Abdirahman Ifrah", "Warsame Jama Guleed Nur Hersi"),
    (4, "Selam Senait Dawit Yonas Helen", "Tesfay Kidane Berhane Habte"),
    (4, "Layla Rima Nour Khaled Omar Sami", "Haddad Qassem Darwish Nasser Khoury"),
    (4, "Ayesha Saima Nadia Imran Bilal", "Chaudhry Mirza Qureshi Raja"),
    (3, "Linh Mai Thanh Minh Huong", "Tran Pham Dang Vo"),
    (3, "Marisol Jocelyn Rowena Ramil", "Bautista Villareal Salonga Magsino"),
    (3, "Oksana Iryna Tetiana Andrii", "Koval Hrytsenko Bondar Moroz"),
    (2, "Ellen-Ánne Risten Máret Nils-Ánte", "Gaino Somby Utsi Balto"),
]  # fmt: skip
_FOLDED = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ł": "l", "đ": "d"})


def invent(draw: random.Random, taken: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(given name, family name) without end, none twice; `taken` are those already in use."""
    weights = [weight for weight, _given, _family in _ORIGINS]
    while True:
        _weight, given, family = draw.choices(_ORIGINS, weights)[0]
        name = draw.choice(given.split()), draw.choice(family.split())
        if name not in taken:
            taken.add(name)
            yield name


def address(given: str, family: str, domain: str) -> str:
    """An e-mail address in plain letters: `oyvind.rodseth@fjellvik.example`."""
    text = f"{given}.{family}".lower().replace(" ", ".").translate(_FOLDED)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return f"{plain}@{domain}"
