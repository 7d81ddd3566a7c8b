"""Grade files as Canvas, Moodle, Blackboard and ILIAS write them are filled, and nothing else."""

import csv
import datetime
import io
import random
import re
import warnings

import pytest
from ai4mat_grading import cells
from ai4mat_grading.course import Course, Refused
from ai4mat_grading.exports import Score, export, rows_of, scores_of, write_csv
from ai4mat_grading.gradefiles import fill
from ai4mat_grading.roster import Person, Roster
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

SET = "latent_1d"

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Latent 1D (12345),Latent 1D bonus (12346),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,20.00,5.00,(read only)
"Lovelace, Ann",4711,m001,al123,"Group 1, Monday",,1.00,10.0
"Lee, Ann",4712,m002,al124,Group 2,3.00,,
"Müller-Lüdenscheidt, Jörg",4713,m003,jm1,Group 2,EX,,
"Student, Test",4799,,f00d,Group 1,,,
"""
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 4711","Ann Lovelace",ann@example.org,"Submitted for grading - ",,20.00,Yes,\
"Monday, 30 November 2026, 11:59 PM",-,
"Participant 4712","Ann Lee",lee@example.org,"No submission - ",3.00,20.00,Yes,-,-,
"Participant 4713",Jörg,j@example.org,"Submitted for grading - ",,20.00,No,-,-,
"""
MOODLE_DE = """\
ID;"Vollständiger Name";E-Mail-Adresse;Status;Bewertung;Bestwertung;\
"Bewertung kann geändert werden";"Zuletzt geändert (Abgabe)"
"Teilnehmer/in 4711";"Ann Lovelace";ann@example.org;"Zur Bewertung abgegeben";;20,00;Ja;-
"Teilnehmer/in 4712";"Jörg Müß";j@example.org;"Keine Abgabe";;20,00;Ja;-
"""
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
    '"Latent 1D [Total Pts: 20 Score] |12345"\t"Total [Total Pts: up to 20 Score] |12346"\n'
    '"Lovelace"\t"Ann"\t"al123"\t"m001"\t"2026-11-30 23:59:59"\t"Yes"\t"Needs Grading"\t""\n'
    '"Müller"\t"Jörg"\t"jm1"\t"m003"\t""\t"Yes"\t""\t""\n'
)
ILIAS = (
    '"update","usr_id","login","lastname","firstname","status","mark","notice","comment",'
    '"plagiarism","plag_comment"\n'
    '"0","4711","al_123","Lovelace","Ann","notgraded","","","","",""\n'
    '"0","4712","123","Lee","Bo","notgraded","","","","",""\n'
)


def people(platform, *pairs):
    return [Person(student, "", platform, number) for student, number in pairs]


def changed(before, after, encoding="utf-8"):
    """Cells that differ, by row and column, and nothing may differ in number."""
    one, two = cells.load(before), cells.load(after)
    assert (one.separator, one.mark, one.encoding, one.ends) == (
        two.separator,
        two.mark,
        two.encoding,
        two.ends,
    )
    assert [len(row) for row in one.rows] == [len(row) for row in two.rows]
    return {
        (i, j): two.rows[i][j]
        for i, row in enumerate(one.rows)
        for j, cell in enumerate(row)
        if cell != two.rows[i][j]
    }


# --- the four platforms -------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_canvas(newline, mark):
    data = mark + CANVAS.replace("\n", newline).encode()
    result = fill(data, "canvas", SET, {"4711": 17.500000001, "4712": 20, "4713": 1, "99": 3})
    assert changed(data, result.data) == {(3, 5): "17.5", (4, 5): "20"}
    assert result.column == "Latent 1D (12345)"
    assert result.filled == ["4711", "4712"]
    assert result.left_over == ["4713: the file says EX", "99: no row in the file"]
    assert (result.empty_rows, result.maximum, result.guarded) == (2, 20, [])


def test_canvas_with_semicolons_and_decimal_commas():
    text = CANVAS.replace(",", ";").replace('"Lovelace; Ann"', '"Lovelace, Ann"')
    data = re.sub(r"(\d)\.(\d)", r"\1,\2", text).encode()
    result = fill(data, "canvas", SET, {"4711": 17.5})
    assert changed(data, result.data) == {(3, 5): "17,5"}


def test_canvas_with_commas_of_both_kinds_quotes_the_grade():
    data = re.sub(r"(?<=,)(\d+)\.(\d+)", r'"\1,\2"', CANVAS).encode()
    result = fill(data, "canvas", SET, {"4711": 17.5})
    assert changed(data, result.data) == {(3, 5): '"17,5"'}


def test_canvas_by_the_roster_and_not_by_another_student_of_that_number():
    data = CANVAS.replace("m002", "4711").encode()
    known = people("canvas", ("s", "4711"))
    assert changed(data, fill(data, "canvas", SET, {"s": 1}, known).data) == {(3, 5): "1"}
    # 4711 has left the course; another student's number in the university's system is the same
    gone = data.replace(b'Ann",4711', b'Ann",9999')
    result = fill(gone, "canvas", SET, {"s": 1}, known)
    assert result.left_over == ["s: no row in the file"] and result.data == gone
    moodle = fill(data, "canvas", SET, {"4711": 1}, people("moodle", ("4711", "4711")))
    assert moodle.left_over == ["4711: was collected from Moodle"]


def test_canvas_by_login_where_the_exchange_collected():
    data = CANVAS.encode()
    assert changed(data, fill(data, "canvas", SET, {"AL124": 2}).data) == {(4, 5): "2"}


def test_moodle():
    data = b"\xef\xbb\xbf" + MOODLE.replace("\n", "\r\n").encode()
    grades = {"4711": 2 / 3, "4713": 5}
    known = people("moodle", ("4711", "4711"), ("4713", "4713"))
    result = fill(data, "moodle", SET, grades, known)
    assert changed(data, result.data) == {(1, 4): "0.67"}
    assert result.left_over == ["4713: the file says that the grade cannot be changed"]
    assert result.empty_rows == 2


def test_moodle_in_german_with_decimal_comma():
    for separator in ";,\t":
        text = MOODLE_DE.replace("20,00", '"20,00"').replace(";", separator)
        data = text.encode("utf-8-sig")
        result = fill(data, "moodle", SET, {"4712": 17.5}, people("moodle", ("4712", "4712")))
        quoted = '"17,5"' if separator == "," else "17,5"
        assert changed(data, result.data) == {(2, 4): quoted}
        assert result.maximum == 20


def test_moodle_gradebook_export():
    text = 'First name,Surname,Email address,"Assignment: Latent 1D (Real)"\nAnn,Lee,a@b.de,-\n'
    result = fill(text.encode(), "moodle", SET, {"a@b.de": 3})
    assert changed(text.encode(), result.data) == {(1, 3): "3"}


def test_blackboard_in_utf16():
    data = b"\xff\xfe" + BLACKBOARD.encode("utf-16-le")
    result = fill(data, "blackboard", SET, {"jm1": 12.25})
    assert changed(data, result.data) == {(2, 6): '"12.25"'}
    assert result.maximum == 20
    with pytest.raises(ValueError, match="at most the file's maximum 20, got 20.5 for jm1"):
        fill(data, "blackboard", SET, {"jm1": 20.5})


def test_ilias_marks_the_row_as_updated():
    data = ILIAS.encode()
    result = fill(data, "ilias", SET, {"123": 3.5}, people("ilias", ("123", "4711")))
    assert changed(data, result.data) == {(1, 0): '"1"', (1, 6): '"3.5"'}


def test_ilias_by_login_where_the_file_has_no_user_ids():
    text = "Name;Anmeldename;Note\nLovelace, Änn;al_123;\nLee, Bo;123;\n"
    ann = Person("123", "Lovelace_Aenn_al_123", "ilias", "4711")
    bo = Person("123-2", "Lee_Bo_123", "ilias", "4712")
    result = fill(text.encode(), "ilias", SET, {"123": 1, "123-2": 2}, [ann, bo])
    assert changed(text.encode(), result.data) == {(1, 2): "1", (2, 2): "2"}
    without_ann = text.replace("al_123", "other")
    result = fill(without_ann.encode(), "ilias", SET, {"123": 1}, [ann, bo])
    assert result.left_over == ["123: no row in the file"]


def test_an_old_file_of_excel_keeps_its_encoding():
    data = MOODLE_DE.replace("; ", ";").encode("cp1252")
    result = fill(data, "moodle", SET, {"4712": 1}, people("moodle", ("4712", "4712")))
    assert "Jörg Müß".encode("cp1252") in result.data
    assert changed(data, result.data) == {(2, 4): "1"}


# --- which column, which row ---------------------------------------------------------------------


def test_the_column_is_found_by_its_exact_name_first():
    data = CANVAS.replace("Latent 1D bonus", "latent_1d").encode()
    assert fill(data, "canvas", SET, {"4711": 5}).column == "latent_1d (12346)"


def test_a_column_that_is_missing_or_there_twice():
    data = CANVAS.replace("Latent 1D bonus", "Latent-1D").encode()
    with pytest.raises(ValueError, match="one column of 'latent_1d', got two or more among"):
        fill(data, "canvas", SET, {"4711": 5})
    named = fill(data, "canvas", SET, {"4711": 5}, column="Latent-1D (12346)")
    assert changed(data, named.data) == {(3, 6): "5"}
    with pytest.raises(ValueError, match=r"got none among \['Student', 'ID'"):
        fill(data, "canvas", "epsilon", {"4711": 5})
    with pytest.raises(ValueError, match="one column 'x', got none"):
        fill(data, "canvas", SET, {"4711": 5}, column="x")
    with pytest.raises(ValueError, match="one of the columns .*'SIS Login ID'"):
        fill(b"Name,Latent 1D (1)\nx,\n", "canvas", SET, {})


def test_rows_that_are_there_twice_are_not_filled():
    data = CANVAS.replace("4712", "4711").encode()
    result = fill(data, "canvas", SET, {"4711": 1})
    assert result.left_over == ["4711: 2 rows in the file"] and result.data == data


def test_two_students_never_share_a_row():
    data = CANVAS.encode()
    with pytest.raises(ValueError, match="for one row each, got 4711 and al123"):
        fill(data, "canvas", SET, {"4711": 1, "al123": 2})


@pytest.mark.parametrize("points", [20.01, float("nan"), float("inf")])
def test_grades_that_cannot_be(points):
    with pytest.raises(ValueError, match="grades must be .* got .* for 4711"):
        fill(CANVAS.encode(), "canvas", SET, {"4711": points})


@pytest.mark.parametrize(
    "points, text",
    [(17.5, "17.5"), (20, "20"), (0, "0"), (-0.001, "0"), (1 / 3, "0.33"), (10, "10")],
)
def test_grades_are_short(points, text):
    data = CANVAS.encode()
    assert changed(data, fill(data, "canvas", SET, {"4711": points}).data) == {(3, 5): text}


@pytest.mark.parametrize(
    "data, message",
    [
        (b"PK\x03\x04rest", "got an Excel workbook: save it as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest", "got an Excel workbook"),
        (b"\xef\xbb\xbf \n", "got an empty file"),
        (b"\xff\xfea", "must be utf-16-le as its first bytes say"),
    ],
)
def test_files_that_are_no_csv(data, message):
    with pytest.raises(ValueError, match=message):
        fill(data, "canvas", SET, {})


def test_the_platform_is_checked():
    with pytest.raises(ValueError, match="platform must be one of .* got 'webct'"):
        fill(CANVAS.encode(), "webct", SET, {})


# --- formulas ------------------------------------------------------------------------------------

FORMULAS = [
    '=HYPERLINK("http://x","y")',
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "=", "+", "@", "\uff1d1"),
    "=cmd|' /C calc'!A0",
    "\u200b=1",
    '"=1',
    *("Lee;=1+1", "Lee\t=1+1", 'Lee;"=1+1', "Lee\n=1+1", "Lee\r\n@x", "+49 123 456"),
]
HARMLESS = ["-1", "+1.5", "17,5", "-", "--", "", "Lee-Smith", "O'Neil", "a=b", "50 %", "-3e5"]


def is_formula(text):
    text = text.lstrip(' \t\r\n"\xa0\u200b\ufeff')
    # a number stays one, also where a wrong separator leaves the next cells behind it
    number = re.match(r"([-+]?\d[\d.,]*(e[-+]?\d+)?\s*%?|-+)\s*(\Z|[,;\t\r\n\"])", text, re.I)
    return bool(re.match("[=+\\-@\uff1d]", text)) and not number


def as_opened(data):
    """All cells, whatever separator the spreadsheet takes."""
    text = data.decode("utf-8-sig")
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield from row


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_guarded(text):
    assert cells.safe(text) != text
    assert cells.safe(cells.safe(text)) == cells.safe(text)
    assert not is_formula(cells.safe(text))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays(text):
    assert cells.safe(text) == text and cells.unguarded(text) == text


def test_a_guard_can_be_taken_off():
    for text in FORMULAS:
        if not re.search(r"[;\t\r\n]", text):
            assert cells.unguarded(cells.safe(text)) == text


@pytest.mark.slow
def test_no_cell_of_anything_that_is_written_is_a_formula(tmp_path):
    """Random texts of hostile pieces, in a plain CSV file and in a platform's own."""
    generator = random.Random(0)
    pieces = [*FORMULAS, *HARMLESS, *"=+-@;,\t\r\n\"'1a ", "\u200b", "|", "\uff0b"]
    for _ in range(150):
        texts = ["".join(generator.choices(pieces, k=generator.randint(1, 5))) for _ in range(4)]
        cells.write_table(tmp_path / "table.csv", ["a", "b"], [texts[:2], texts[2:]])
        own = io.StringIO(newline="")
        writer = csv.writer(own, lineterminator="\r\n", quoting=generator.choice([0, 1]))
        writer.writerow(["Student", "ID", "Note", "Latent 1D (1)"])
        writer.writerows([[texts[0], "1", texts[1], ""], [texts[2], "2", texts[3], ""]])
        filled = fill(own.getvalue().encode(), "canvas", SET, {"1": 1.5, "2": 2})
        assert filled.filled == ["1", "2"]
        for data in ((tmp_path / "table.csv").read_bytes(), filled.data):
            formulas = [cell for cell in as_opened(data) if is_formula(cell)]
            assert not formulas, (texts, formulas)


def test_names_that_are_formulas_are_guarded_and_it_is_said():
    data = CANVAS.replace("Lee, Ann", '=HYPERLINK(""http://x"")').encode()
    result = fill(data, "canvas", SET, {"4712": 1})
    assert changed(data, result.data) == {
        (4, 0): '"\'=HYPERLINK(""http://x"")"',
        (4, 5): "1",
    }
    assert result.guarded == ['row 5, Student: =HYPERLINK("http://x")']


def test_cells_are_read_as_the_csv_module_reads_them():
    generator = random.Random(1)
    for _ in range(300):
        texts = ["".join(generator.choices("ab\",;\t\r\n' =", k=k)) for k in (6, 0, 3, 2, 1, 4)]
        rows = [texts[:3], texts[3:]]
        for separator in ",;\t":
            text = io.StringIO(newline="")
            writer = csv.writer(text, delimiter=separator, quoting=generator.choice([0, 1]))
            writer.writerows([["one", "two", "three"], *rows])
            data = text.getvalue().encode()
            sheet = cells.load(data)
            assert [[cells.value(cell) for cell in row] for row in sheet.rows[1:]] == rows
            assert sheet.dump() == data


# --- the gradebook -------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a gradebook: of 20 points Ann has 12.5 less 2, Bo 20, Cy waits for a person."""
    # what nbgrader would ask a program for, once for each new gradebook
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: "0")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.add_assignment(SET, duedate=datetime.datetime(2026, 11, 30))
        book.add_notebook(SET, SET)
        book.add_grade_cell("test", SET, SET, max_score=20, cell_type="code")
        for student, points in (("4711", 12.5), ("4712", 20), ("4713", 5), ("4714", 1)):
            book.add_student(student, first_name="Ann", last_name="=Lee")
            with warnings.catch_warnings(action="ignore", category=SAWarning):
                book.add_submission(SET, student)
            grade = book.find_grade("test", SET, SET, student)
            grade.auto_score, grade.needs_manual_grade = points, student == "4713"
        book.find_submission_notebook(SET, SET, "4711").late_submission_penalty = 2
        book.find_submission_notebook(SET, SET, "4714").late_submission_penalty = 2
        book.db.commit()
    roster = Roster(tmp_path)
    for number in ("4711", "4712", "4713", "4714"):
        roster.student_id("canvas", number, "=Ann", number)
    roster.write()
    return tmp_path


@pytest.mark.slow
def test_scores_come_with_penalties_and_what_waits(course):
    with Course(course).gradebook() as gradebook:
        scores = scores_of(gradebook, SET)
        with pytest.raises(ValueError, match="assignment must be one that the gradebook knows"):
            scores_of(gradebook, "epsilon")
    assert scores == {
        "4711": Score(10.5, 20, False, 2, "Ann =Lee"),
        "4712": Score(20, 20, False, 0, "Ann =Lee"),
        "4713": Score(5, 20, True, 0, "Ann =Lee"),
        "4714": Score(0, 20, False, 2, "Ann =Lee"),
    }


@pytest.mark.slow
def test_export_fills_a_copy_and_ends_with_a_count(course):
    file = course / "grades.csv"
    file.write_text(CANVAS.replace(",EX,", ",4.00,"), newline="")
    before = file.read_bytes()
    text = export(course, SET, file, "canvas")
    after = (course / "grades-filled.csv").read_bytes()
    assert changed(before, after) == {(3, 5): "10.5", (4, 5): "20"}
    assert file.read_bytes() == before
    assert "waiting for a person, left as they were:\n  4713" in text
    assert text.endswith(
        "2 grades filled in; 1 waiting for a person, 1 not filled in, 2 rows without a grade"
    )


@pytest.mark.slow
def test_export_of_unfinished_grades_to_another_file(course):
    file = course / "grades.csv"
    file.write_text(CANVAS.replace(",EX,", ",4.00,").replace("20.00", "100.00"))
    text = export(course, SET, file, "canvas", output=course / "o.csv", include_unfinished=True)
    assert cells.load((course / "o.csv").read_bytes()).get(5, 5) == "5"
    assert "the file's maximum is 100, the set has 20: not scaled" in text
    with pytest.raises(ValueError, match="output must be another file"):
        export(course, SET, file, "canvas", output=file)


def test_export_needs_a_gradebook(tmp_path):
    with pytest.raises(Refused, match="There is no gradebook yet"):
        export(tmp_path, SET, tmp_path / "x.csv", "canvas")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_gradebook_is_where_the_configuration_says(course):
    (course / "gradebook.db").rename(course / "grades of 2026.db")
    setting = "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///grades of 2026.db'\n"
    (course / "nbgrader_config.py").write_text(setting)
    assert export(course, SET, course / "plain.csv", "csv").startswith("4 grades")


@pytest.mark.slow
def test_plain_csv(course):
    text = export(course, SET, course / "plain.csv", "csv")
    assert text == f"4 grades in {course / 'plain.csv'}"
    with open(course / "plain.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "student_id": "4711",
        "name": "Ann =Lee",
        "assignment": SET,
        "score": "10.5",
        "max_score": "20",
        "needs_person": "no",
        "late_penalty": "2",
        "notes": "",
    }


def test_plain_csv_takes_names_from_the_roster(tmp_path):
    known = [Person("1", "=Müller", "moodle", "1")]
    write_csv(tmp_path / "plain.csv", rows_of({"1": Score(1, 2)}, SET, known))
    assert ",'=Müller," in f",{cells.load((tmp_path / 'plain.csv').read_bytes()).get(1, 1)},"
