"""Real files from other systems come in whole: the counts were computed twice, by others, before this code."""

import csv
import gzip
import io
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.db.models.functions import ExtractYear, TruncMonth

from deviations.importing import services
from deviations.models import Deviation, ImportBatch
from hms.audit.models import Event
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant

DATA = Path(os.environ.get("HMS_REALDATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FILES = DATA / "incidents"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.realdata,
    pytest.mark.skipif(not FILES.is_dir(), reason="the reference files do not lie beside this checkout"),
]


@pytest.fixture(scope="module")
def truths() -> dict:
    return json.loads((DATA / "truths_A.json").read_text("utf-8"))


@pytest.fixture
def bring(cast):
    """Import a file by command; answers the counts that it printed."""

    def bring(name: str, *options: str, organisation: str = "fjellvik") -> dict[str, int]:
        out = io.StringIO()
        call_command("import_deviations", str(FILES / name), "--organisation", organisation, *options, stdout=out)
        return {key: int(value) for key, value in re.findall(r"^([a-z ]+): (\d+)$", out.getvalue(), re.MULTILINE)}

    return bring


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def cells(name: str) -> list[dict[str, str]]:
    raw = (FILES / name).read_bytes()
    if name.endswith(".gz"):
        raw = gzip.decompress(raw)
    text = raw.decode("utf-8-sig")
    delimiter = ";" if name.startswith("skred") else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def per_value(key: str) -> Counter:
    values = Deviation.objects.values_list("imported_values", flat=True)
    return Counter(kept.get(key, "").strip() for kept in values)


def kept_words() -> Counter:
    """Every cell that is found again in some case, in a field or as extra information."""
    found: Counter = Counter()
    for case in Deviation.objects.defer("search"):
        found.update(
            value.strip()
            for value in [
                case.title, case.description, case.place, case.external_id, case.immediate_measure,
                case.occurred_on.isoformat(), *case.imported_values.values(),
            ]
        )  # fmt: skip
    return found


FATALITIES = ("osha_fatalities_2009-2018.csv.gz", "--map", "place=city", "--map", "place=state")


def test_eleven_thousand_fatalities(bring, inside, truths, django_assert_max_num_queries):
    truth = truths["osha_fatalities"]
    # Constant work for every thousand rows.
    with django_assert_max_num_queries(120):
        counts = bring(*FATALITIES, "--duplicates", "import")
    assert counts == {
        "rows": truth["rows"],
        "imported": truth["rows"],
        "duplicates in the file": truth["duplicate_rows_ignoring_id"],
        "imported before": 0,
        "left out as duplicates": 0,
        "failed": 0,
    }
    cases = Deviation.objects.all()
    assert cases.count() == truth["rows"]
    years = dict(cases.annotate(y=ExtractYear("occurred_on")).values_list("y").annotate(n=Count("id")))
    assert {str(year): count for year, count in years.items()} == truth["per_year"]
    months = dict(cases.annotate(m=TruncMonth("occurred_on")).values_list("m").annotate(n=Count("id")))
    assert {f"{month:%Y-%m}": count for month, count in months.items()} == truth["per_month"]
    assert per_value("state") == truth["per_state"]
    assert per_value("plan") == truth["per_plan"]
    assert per_value("citation") == truth["per_citation"]
    for word, count in truth["contains"].items():
        assert cases.filter(description__icontains=word).count() == count
    assert max(map(len, cases.values_list("description", flat=True))) == truth["longest_description"]
    # Numbers run without gaps within every year, and everybody stays unmailed.
    for year, count in years.items():
        assert list(cases.filter(year=year).order_by("sequence").values_list("sequence", flat=True)) == list(
            range(1, count + 1)
        )
    assert not Notification.objects.exists()
    assert Event.objects.filter(verb="deviation.imported").count() == truth["rows"]
    assert Deviation.history.count() == truth["rows"]
    assert not cases.exclude(state="closed", reporter_kind="imported", handling=None).exists()
    again = bring(*FATALITIES, "--dry-run")
    assert (again["imported"], again["left out as duplicates"]) == (0, truth["rows"])


def test_the_duplicates_are_left_out_when_asked(bring, inside, truths):
    truth = truths["osha_fatalities"]
    counts = bring(*FATALITIES, "--dry-run")
    assert counts["left out as duplicates"] == truth["duplicate_rows_ignoring_id"] == 45
    assert counts["imported"] + counts["left out as duplicates"] + counts["failed"] == truth["rows"]


def test_the_yearly_originals_are_found_again_in_the_harmonised_file(bring, inside):
    bring("osha_fatalities_2009-2018.csv.gz", "--map", "place=city", "--duplicates", "import")
    for name, rows, found in (("osha_fy10_raw.csv", 1165, 1155), ("osha_fy12_raw.csv", 1093, 1079)):
        counts = bring(name, "--map", "place=city", "--duplicates", "import", "--dry-run")
        with_twins = counts["imported before"] + len([row for row in _repeats(name) if row in _fingerprints_known()])
        assert counts["rows"] == rows
        assert with_twins == found


def _repeats(name: str) -> list[tuple[str, str, str]]:
    seen, repeats = set(), []
    for row in cells(name):
        month, day, year = row["incident_date"].split("/")
        key = (f"{year}-{int(month):02}-{int(day):02}", row["city"].strip(), row["description"].strip())
        if key in seen:
            repeats.append(key)
        seen.add(key)
    return repeats


def _fingerprints_known() -> set[tuple[str, str, str]]:
    return {
        (day.isoformat(), place, text.strip())
        for day, place, text in Deviation.objects.values_list("occurred_on", "place", "description")
    }


def test_yearly_originals_come_in_with_month_first(bring, inside):
    counts = bring("osha_fy10_raw.csv", "--map", "place=city", "--map", "place=state", "--duplicates", "import")
    assert counts["imported"] == counts["rows"] == 1165
    first = Deviation.objects.get(imported_values__incident_date="9/20/2009")
    assert (first.occurred_on.isoformat(), first.place) == ("2009-09-20", "rathdrum, id")


def test_construction_texts_without_a_date(bring, inside, truths):
    truth = truths["osha_construction"]
    nothing = bring("osha_construction_A.csv.gz", "--dry-run")
    assert (nothing["imported"], nothing["failed"]) == (0, truth["rows"])
    counts = bring("osha_construction_A.csv.gz", "--missing-date", "2014-12-31", "--duplicates", "import")
    assert counts["imported"] == counts["rows"] == truth["rows"]
    cases = Deviation.objects.all()
    assert len(set(cases.values_list("external_id", flat=True))) == truth["distinct_id"]
    originals = [case["title"] for case in cells("osha_construction_A.csv.gz")]
    assert len(set(originals)) == truth["distinct_titles"]
    kept = kept_words()
    assert not [title for title in originals if title.strip() not in kept]
    raw_causes = Counter(kept.get("cause", "") for kept in cases.values_list("imported_values", flat=True))
    assert raw_causes == truth["per_cause"]
    diagnoses = cases.values_list("imported_values__diagnosis", flat=True)
    assert sum("amputation" in (text or "").lower() for text in diagnoses) == truth["amputation_in_diagnosis"]
    assert cases.filter(description__icontains="hospitali").count() == truth["hospitali_in_summary"]
    falls = [kept.get("fall dist", "") for kept in cases.values_list("imported_values", flat=True)]
    assert sum(float(text or -1) >= 0 for text in falls) == truth["fall_dist_known"]
    assert max(map(len, cases.values_list("description", flat=True))) == truth["longest_summary"]


def test_the_same_thousand_from_a_workbook(bring, inside):
    counts = bring("osha_construction_A_first1000.xlsx", "--missing-date", "2014-12-31", "--duplicates", "import")
    assert counts["imported"] == counts["rows"] == 1000
    from_csv = {row["id"]: row["SUMMARY"] for row in cells("osha_construction_A.csv.gz")}
    cases = dict(Deviation.objects.values_list("external_id", "description"))
    assert len(cases) == 1000
    assert not set(cases) - set(from_csv)


def test_near_misses_with_immediate_measures(bring, inside, truths):
    truth = truths["safenet"]
    counts = bring(
        "safenet_even_years.csv.gz", "--map", "place=Event Local Unit", "--map", "unit=",
        "--missing-date", "2020-12-31", "--duplicates", "import",
    )  # fmt: skip
    assert counts["imported"] == counts["rows"] == truth["rows"]
    cases = Deviation.objects.all()
    assert per_value("Event State") == truth["per_state"]
    assert per_value("Event Jurisdiction") == truth["per_jurisdiction"]
    for column, key in (("Contributing Factors", "contributing_factors"), ("Human Factors", "human_factors")):
        parts: Counter = Counter()
        for kept in cases.values_list("imported_values", flat=True):
            parts.update(part.strip() for part in kept.get(column, "").split(";") if part.strip())
        assert parts == truth[key]
    assert cases.filter(immediate_measure__regex=r"^\s*$").count() == truth["empty_action"]
    assert sum(not row["Narrative"].strip() for row in cells("safenet_even_years.csv.gz")) == truth["empty_narrative"]
    narratives = [row["Narrative"] for row in cells("safenet_even_years.csv.gz") if row["Narrative"].strip()]
    assert Counter(narratives) - Counter(cases.values_list("description", flat=True)) == Counter()
    assert max(map(len, cases.values_list("description", flat=True))) == truth["longest_narrative"]
    with_break = [text for text in cases.values_list("description", flat=True) if re.search(r"<br ?/?>", text, re.I)]
    assert len(with_break) == truth["html_br_in_narrative"]


@pytest.mark.parametrize("name", ["skredulykker_til_2016-17.csv", "skredulykker_til_2016-17.xlsx"])
def test_norwegian_avalanche_accidents(bring, inside, truths, name):
    truth = truths["skredulykker"]
    counts = bring(name, "--map", "place=Sted", "--map", "place=Kommune", "--duplicates", "import")
    assert counts["imported"] == counts["rows"] == truth["rows"]
    cases = Deviation.objects.all()
    days = sorted(cases.values_list("occurred_on", flat=True))
    assert (days[0].isoformat(), days[-1].isoformat()) == (truth["first"], truth["last"])
    months = dict(cases.annotate(m=TruncMonth("occurred_on")).values_list("m").annotate(n=Count("id")))
    assert {f"{month:%Y-%m}": count for month, count in months.items()} == truth["per_month"]
    assert sum(int(value or 0) for value in per_value("Døde").elements()) == truth["dead"]
    assert sum(int(value or 0) for value in per_value("Involvert").elements()) == truth["involved"]
    assert per_value("Aktivitet") == truth["per_activity"]
    assert per_value("Fylke") == truth["per_county"]
    assert len(per_value("Kommune")) == truth["distinct_municipalities_after_trim"]
    assert cases.filter(external_id="").count() == truth["missing_regid"]


def test_the_csv_and_the_workbook_are_the_same_accidents(bring, inside):
    bring("skredulykker_til_2016-17.csv", "--map", "place=Sted", "--map", "place=Kommune")
    again = bring("skredulykker_til_2016-17.xlsx", "--map", "place=Sted", "--map", "place=Kommune")
    assert (again["rows"], again["imported before"], again["imported"]) == (177, 177, 0)


def test_the_norwegian_severity_scale(bring, inside, truths):
    truth = truths["skredhendelser_alvorsgrad"]
    counts = bring("skredhendelser_alvorsgrad_til_2016-17.csv", "--duplicates", "import")
    assert counts["imported"] == counts["rows"] == truth["rows"]
    found = per_value("Alvorsgrad")
    assert {word or "(tom)": count for word, count in found.items()} == truth["per_alvorsgrad"]
    assert {word or "(tom)": count for word, count in per_value("Faregrad").items()} == truth["per_faregrad"]
    assert per_value("Region") == truth["per_region"]
    assert sum(int(value or 0) for value in per_value("Dødsfall").elements()) == truth["deaths"]
    severe = Deviation.objects.filter(severity=3)
    assert {case.imported_values["Alvorsgrad"].strip() for case in severe} == {"Personer omkommet"}
    assert severe.count() == truth["per_alvorsgrad"]["Personer omkommet"]


def test_injuries_with_line_breaks_in_cells(bring, inside):
    counts = bring("osha_severe_injury_20rows.csv", "--date-format", "mdy", "--duplicates", "import")
    assert counts["imported"] == counts["rows"] == 20
    case = Deviation.objects.get(external_id="2015010015")
    assert "\n" in case.description
    assert case.imported_values["Zip"] == "10963"


EVERY_FILE = [
    ("osha_fy12_raw.csv", ["--date-format", "mdy"]),
    ("osha_severe_injury_20rows.csv", ["--date-format", "mdy"]),
    ("skredulykker_til_2016-17.csv", []),
    ("skredhendelser_alvorsgrad_til_2016-17.csv", []),
    ("safenet_even_years.csv.gz", ["--missing-date", "2020-12-31"]),
]


@pytest.mark.parametrize(("name", "options"), EVERY_FILE)
def test_every_cell_is_found_again(bring, inside, name, options):
    bring(name, *options, "--duplicates", "import")
    wanted: Counter = Counter()
    for row in cells(name):
        wanted.update({value.strip() for value in row.values() if value.strip()})
    kept = kept_words()
    assert not {word: count for word, count in wanted.items() if kept[word] < count}


def test_another_organisation_sees_nothing_and_knows_no_duplicates(bring, cast):
    bring("skredulykker_til_2016-17.csv")
    with tenant(cast.havbris):
        assert not Deviation.objects.exists()
        assert not ImportBatch.objects.exists()
    theirs = bring("skredulykker_til_2016-17.csv", organisation="havbris")
    assert theirs["imported before"] == 0
    assert theirs["imported"] == 177


def test_the_stored_file_is_gone_afterwards(bring, inside, settings):
    bring("skredulykker_til_2016-17.csv")
    assert ImportBatch.objects.get().storage_key == ""
    assert services.progress(ImportBatch.objects.get()) == 177
