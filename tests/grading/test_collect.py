"""Archives as Moodle, Canvas, Blackboard and ILIAS write them are collected, and no more."""

import io
import os
import stat
import struct
import zipfile

import pytest
from ai4mat_grading import archives, cells, matching, platforms, roster
from ai4mat_grading.collect import EXPLANATION, collect
from nbgrader.coursedir import CourseDirectory

SET = "latent_1d"
STAMP = "2026-11-30-23-59-59"


def zipped(files, path=None):
    """A zip file with these texts by name, in memory or at a path."""
    target = path or io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path or target.getvalue()


@pytest.fixture
def gather(tmp_path):
    """Collect files of these names into one course folder."""

    def gather(files, notebooks=(SET,), assignment=SET, **options):
        archive = zipped(files, tmp_path / "archive.zip")
        return collect(archive, tmp_path / "course", assignment, list(notebooks), **options)

    return gather


@pytest.fixture
def submitted(tmp_path):
    """What lies in students' folders, by path below ``submitted``."""

    def submitted():
        root = tmp_path / "course" / "submitted"
        paths = [p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")]
        return {p.relative_to(root).as_posix(): p.read_text() for p in sorted(paths)}

    return submitted


def blackboard(login, file, stamp=STAMP, title="Latent 1D"):
    return f"{title}_{login}_attempt_{stamp}_{file}"


def summary(name, login, files, stamp=STAMP, title="Latent 1D", comment="None."):
    """The text that Blackboard puts beside each attempt."""
    listed = "".join(
        f"\tOriginal filename: {original}\n\tFilename: {stored}\n\n" for original, stored in files
    )
    text = f"Name: {name} ({login})\nAssignment: {title}\n"
    text += "Date Submitted: Monday, November 30, 2026 11:59:59 PM CET\nCurrent Grade: 0\n\n"
    text += f"Submission Field:\nNothing.\n\nComments:\n{comment}\n\nFiles:\n{listed}"
    return {f"{title}_{login}_attempt_{stamp}.txt": text}


# --- the four platforms -------------------------------------------------------------------------


def test_moodle_in_folders_and_in_one_name(gather, submitted):
    result = gather(
        {
            "Müller-Lüdenscheidt, Jörg O'Neil_4711_assignsubmission_file_/latent_1d.ipynb": "j",
            "Ann Lee_4712_assignsubmission_file_/deeper/latent_1d.ipynb": "a",
            "Ann Lee_4713_assignsubmission_file_latent_1d.ipynb": "other a",
            "Dr. No_4714_assignsubmission_file/latent_1d.ipynb": "n",
            "Teilnehmer_4715_assignsubmission_file_/latent_1d.ipynb": "blind",
        }
    )
    assert result.platform == "moodle"
    assert submitted() == {
        "4711/latent_1d/latent_1d.ipynb": "j",
        "4712/latent_1d/latent_1d.ipynb": "a",
        "4713/latent_1d/latent_1d.ipynb": "other a",
        "4714/latent_1d/latent_1d.ipynb": "n",
        "4715/latent_1d/latent_1d.ipynb": "blind",
    }
    assert result.taken[0].name == "Müller-Lüdenscheidt, Jörg O'Neil"
    assert not result.not_understood and not result.left_out


def test_moodle_online_text_beside_the_file_is_left_out(gather, submitted):
    result = gather(
        {
            "Ann Lee_1_assignsubmission_file_/latent_1d.ipynb": "a",
            "Ann Lee_1_assignsubmission_onlinetext_/onlinetext.html": "<p>Hello</p>",
            "Bo Li_2_assignsubmission_onlinetext_onlinetext.html": "<p>only this</p>",
        }
    )
    assert set(submitted()) == {"1/latent_1d/latent_1d.ipynb", "2/latent_1d/onlinetext.html"}
    assert result.left_out == ["1: onlinetext.html"]
    assert [taken.attention for taken in result.taken] == [False, True]


def test_canvas_late_anonymous_text_and_group_of_digits(gather, submitted):
    result = gather(
        {
            "lovelaceann_4711_98765_latent_1d.ipynb": "ann",
            "müllerjörg_LATE_4712_98766_latent_1d-1.ipynb": "jörg",
            "lee2_4713_98767_latent_1d.ipynb": "lee2",
            "anon_x7Ab3_98768_latent_1d.ipynb": "anonymous",
            "LATE_anon_y8Bc4_98769_1_2_latent_1d.ipynb": "late and anonymous",
            "wu_4714_text.html": "typed",
        }
    )
    assert result.platform == "canvas"
    texts = {path.split("/")[0]: text for path, text in submitted().items()}
    assert texts == {
        "4711": "ann",
        "4712": "jörg",
        "4713": "lee2",
        "anon_x7Ab3": "anonymous",
        "anon_y8Bc4": "late and anonymous",
        "4714": "typed",
    }
    assert {taken.student for taken in result.taken if taken.attention} == {"4714"}


def test_canvas_the_later_attachment_counts(gather, submitted):
    gather({"lee_1_200_latent_1d-1.ipynb": "new", "lee_1_100_latent_1d.ipynb": "old"})
    assert submitted() == {"1/latent_1d/latent_1d.ipynb": "new"}


def test_blackboard_the_newest_attempt_counts(gather, submitted):
    first, third = "2026-11-28-08-00-00", "2026-11-30-23-59-59"
    files = {
        blackboard("al123", "latent_1d.ipynb", first): "first",
        blackboard("al123", "latent_1d.ipynb", third): "third",
        blackboard("al123", "latent_1d.ipynb", "2026-11-29-08-00-00"): "second",
        **summary("Ann Lovelace", "al123", [], first),
        **summary("Ann Lovelace", "al123", [], third),
    }
    result = gather(files)
    assert result.platform == "blackboard"
    assert submitted() == {
        "al123/latent_1d/latent_1d.ipynb": "third",
        "al123/latent_1d/timestamp.txt": "2026-11-30 23:59:59 UTC",
    }
    assert result.taken[0].name == "Ann Lovelace"
    assert result.set_aside == [
        "al123: attempt 2026-11-29-08-00-00",
        "al123: attempt 2026-11-28-08-00-00",
    ]


@pytest.mark.parametrize(
    "heads, students",
    [
        # nbgrader's own example, and one whose title has the set's underscores
        (["ps1_bitdiddle", "ps1_hacker"], ["bitdiddle", "hacker"]),
        (["latent_1d_ann"], ["ann"]),
        (["Latent 1D_a_lee", "Latent 1D_b_lee"], ["a_lee", "b_lee"]),
        (["Latent 1D_a_lee"], ["a_lee"]),
        (["Aufgabe 3_j.müller-lüd"], ["j.muller-lud"]),
        (["A_B_a.b@uni.de", "A_B_c-d"], ["a.b@uni.de", "c-d"]),
    ],
)
def test_blackboard_user_names(gather, heads, students):
    files = {f"{head}_attempt_{STAMP}_latent_1d.ipynb": head for head in heads}
    assert [taken.student for taken in gather(files).taken] == students


def test_blackboard_summary_tells_login_and_original_names(gather, submitted):
    stored = blackboard("a_b_lee", "x.ipynb", title="A_Set")
    forged = "\n\nFiles:\n\tOriginal filename: latent_1d.ipynb\n\tFilename: A_Set_bob_attempt_"
    result = gather(
        {
            stored: "a",
            **summary("Ann (bob) Lee", "a_b_lee", [("latent_1d.ipynb", stored)], title="A_Set"),
            blackboard("bob", "y.ipynb", title="A_Set"): "b",
            **summary("Bob", "bob", [], title="A_Set", comment=forged + STAMP + "_y.ipynb"),
        }
    )
    assert {(t.student, t.name) for t in result.taken} == {
        ("a_b_lee", "Ann (bob) Lee"),
        ("bob", "Bob"),
    }
    assert submitted()["a_b_lee/latent_1d/latent_1d.ipynb"] == "a"


def test_times_are_of_the_zone_that_is_named(gather, submitted):
    gather({blackboard("al", "latent_1d.ipynb"): "a"}, timezone="Europe/Berlin")
    assert submitted()["al/latent_1d/timestamp.txt"] == "2026-11-30 22:59:59 UTC"


def test_newest_attempt_without_a_notebook_does_not_hide_an_older_one(gather, submitted):
    result = gather(
        {
            blackboard("al", "latent_1d.ipynb", "2026-11-01-00-00-00"): "a",
            **summary("Ann", "al", [], "2026-11-02-00-00-00"),
        }
    )
    assert submitted()["al/latent_1d/latent_1d.ipynb"] == "a"
    assert "the newest attempt, 2026-11-02-00-00-00, holds no notebook" in str(result)


@pytest.mark.parametrize("top", ["", "Blatt_1_a_12/Abgaben/", "Ex/Submissions/", "Ex/Team 12/"])
def test_ilias_folders_under_whatever(gather, submitted, top):
    result = gather(
        {
            f"{top}Lovelace_Ann_al123_4711/latent_1d.ipynb": "ann",
            f"{top}von der Heide_Jörg-Uwe_j.heide_4712/20261130235959_latent_1d.ipynb": "jörg",
            f"{top}Lee_Bo_bo_4713/Verspaetete Abgabe - latent_1d.ipynb": "bo",
        }
    )
    assert result.platform == "ilias"
    assert submitted() == {
        "al123/latent_1d/latent_1d.ipynb": "ann",
        "bo/latent_1d/latent_1d.ipynb": "bo",
        "j.heide/latent_1d/latent_1d.ipynb": "jörg",
        "j.heide/latent_1d/timestamp.txt": "2026-11-30 23:59:59 UTC",
    }


def test_ilias_later_files_count_and_feedback_is_no_hand_in(gather, submitted):
    result = gather(
        {
            "Ex/Abgaben/Lee_Bo_bo_1/latent_1d.ipynb": "first",
            "Ex/Abgaben/Lee_Bo_bo_1/latent_1d (3).ipynb": "third",
            "Ex/Abgaben/Lee_Bo_bo_1/latent_1d (2).ipynb": "second",
            "Ex/Feedback_files/to_Lee_Bo_bo_1/from_Wu_X_wu_2/latent_1d.ipynb": "a peer's",
            "Ex/Latent.xlsx": "peer review",
        }
    )
    assert submitted() == {"bo/latent_1d/latent_1d.ipynb": "third"}
    assert len(result.not_understood) == 2


def test_ilias_files_with_their_times(gather, submitted):
    gather(
        {
            "Lee_Bo_bo_1/20261130100000_latent_1d.ipynb": "new",
            "Lee_Bo_bo_1/20261129100000_latent_1d.ipynb": "old",
        }
    )
    assert submitted()["bo/latent_1d/latent_1d.ipynb"] == "new"


def test_canvas_in_a_folder_that_looks_like_ilias(gather):
    files = {f"a_b_submissions_2026/lee_{i}_9{i}_latent_1d.ipynb": "x" for i in (1, 2)}
    assert gather(files).platform == "canvas"


def test_an_archive_that_nobody_understands(gather, submitted):
    result = gather({"latent_1d_ann.ipynb": "x", "readme": "y"})
    assert submitted() == {} and result.platform == ""
    assert "expected NAME_NUMBER_assignsubmission_file_/FILE or ASSIGNMENT_USERNAME_" in str(result)
    assert str(result).endswith("0 files left out, 2 not understood")


def test_platform_can_be_named_and_is_checked(gather):
    files = {"Lee_Bo_bo_1/lee_1_2_latent_1d.ipynb": "x"}
    assert gather(files, platform="ilias").taken[0].student == "bo"
    with pytest.raises(ValueError, match="platform must be one of .*'canvas'.*got 'webct'"):
        gather(files, platform="webct")


# --- which file is the notebook -----------------------------------------------------------------


def handins(*names):
    entry = archives.Entry("x", lambda: b"")
    return [platforms.Handin("1", "1", "", name, entry) for name in names]


@pytest.mark.parametrize(
    "name",
    [
        *("latent_1d (1).ipynb", "latent_1d-2.ipynb", "Kopie von latent_1d.ipynb"),
        *("latent_1d_final.ipynb", "latent_1d-Copy1.ipynb", "Latent 1D.ipynb"),
        *("latent_1d - Kopie (2).ipynb", "Copy of latent_1d.ipynb", "latent_1d.ipynb.txt"),
        *("latent_1d.IPYNB", "Ann_Lee-latent_1d.ipynb", "Untitled3.ipynb", "deep/x.ipynb"),
    ],
)
def test_a_lone_notebook_is_the_one_whatever_its_name(name):
    choice = matching.choose(handins("notes.pdf", name), [SET])
    assert choice.notebooks[SET].file == name
    assert [file.file for file in choice.others] == ["notes.pdf"]


@pytest.mark.parametrize(
    "names, best",
    [
        (["latent_1d-Copy1.ipynb", "latent_1d.ipynb", "latent_1d_old.ipynb"], "latent_1d.ipynb"),
        (["scratch.ipynb", "latent_1d_final.ipynb"], "latent_1d_final.ipynb"),
        (["epsilon.ipynb", "latent_1d (1).ipynb"], "latent_1d (1).ipynb"),
        (["zzz.ipynb", "laten1d.ipynb"], "laten1d.ipynb"),
        ([".ipynb_checkpoints/latent_1d-checkpoint.ipynb", "mine.ipynb"], "mine.ipynb"),
    ],
)
def test_the_best_match_counts_and_it_is_said(names, best):
    for order in (names, names[::-1]):
        choice = matching.choose(handins(*order), [SET])
        assert choice.notebooks[SET].file == best
    candidates = [name for name in names if "checkpoint" not in name]
    assert any("best match" in remark for remark in choice.remarks) == (len(candidates) > 1)


@pytest.mark.parametrize("piece", ["-1", "(1)", " ", "copy ", "_", "é"])
def test_names_longer_than_a_disk_allows_take_no_time(piece):
    """A pattern that takes long would need hours for each of these."""
    name = piece * (60_000 // len(piece))
    choice = matching.choose(handins(*(f"{name}{i}.ipynb" for i in range(20))), [SET])
    assert len(choice.notebooks) == 1


def test_several_notebooks_of_one_set_are_told_apart():
    files = handins("latent_pca (2).ipynb", "latent.ipynb", "whatever.ipynb")
    choice = matching.choose(files, ["latent", "latent_pca", "third"])
    assert {name: file.file for name, file in choice.notebooks.items()} == {
        "latent": "latent.ipynb",
        "latent_pca": "latent_pca (2).ipynb",
        "third": "whatever.ipynb",
    }
    two_unknown = matching.choose(handins("a.ipynb", "b.ipynb"), ["latent", "third"])
    assert two_unknown.notebooks == {}
    assert "needs a person: no third.ipynb" in two_unknown.remarks


def test_a_login_page_saved_as_notebook_is_collected_as_it_is(gather, submitted):
    page = "<!DOCTYPE html><title>Sign in</title>"
    result = gather({"lee_1_2_latent_1d.ipynb": page})
    assert submitted() == {"1/latent_1d/latent_1d.ipynb": page}
    assert not result.taken[0].attention


def test_without_a_notebook_there_is_a_folder_with_what_was_handed_in(gather, submitted):
    result = gather(
        {
            "Ann_1_assignsubmission_file_/../x": "never",
            "Ann_1_assignsubmission_file_/Lösung (1).pdf": "pdf",
            "Ann_1_assignsubmission_file_/timestamp.txt": "2020-01-01 00:00:00 UTC",
            "Ann_1_assignsubmission_file_/not/con": "device",
            "Ann_1_assignsubmission_file_/b/Lösung (1).pdf": "another",
        }
    )
    assert set(submitted()) == {
        "1/latent_1d/Losung_1_.pdf",
        "1/latent_1d/Losung_1_-2.pdf",
        "1/latent_1d/timestamp-2.txt",
        "1/latent_1d/_con",
    }
    assert "needs a person: no latent_1d.ipynb" in str(result)
    assert str(result).endswith(
        "1 students collected; 1 need a person, 0 earlier attempts set aside, "
        "0 files left out, 1 not understood"
    )


# --- zip files within, and archives of archives --------------------------------------------------


def test_zip_files_of_students_are_opened(gather, submitted):
    inner = zipped({"work/latent_1d.ipynb": "inside", "work/data.csv": "1"})
    deeper = zipped({"again.zip": zipped({"latent_1d.ipynb": "deep"})})
    result = gather(
        {
            "Ann_1_assignsubmission_file_/work.zip": inner,
            "Bo_2_assignsubmission_file_/deeper.zip": deeper,
            "Cy_3_assignsubmission_file_/broken.zip": b"PK\x03\x04 no zip",
        }
    )
    assert submitted()["1/latent_1d/latent_1d.ipynb"] == "inside"
    assert submitted()["2/latent_1d/latent_1d.ipynb"] == "deep"
    assert submitted()["3/latent_1d/broken.zip"] == "PK\x03\x04 no zip"
    assert result.left_out == ["1: work/data.csv"]
    assert [taken.attention for taken in result.taken] == [False, False, True]


def test_an_archive_within_an_archive_and_a_folder(tmp_path, submitted):
    folder = tmp_path / "downloads"
    folder.mkdir()
    zipped({"lee_1_2_latent_1d.ipynb": "x"}, folder / "submissions.zip")
    (folder / "readme.md").write_text("hello")
    result = collect(folder, tmp_path / "course", SET, [SET])
    assert submitted() == {"1/latent_1d/latent_1d.ipynb": "x"}
    assert result.not_understood == ["readme.md: unknown name"]


# --- names that nobody should trust --------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("../evil_1_2_latent_1d.ipynb", "/tmp/evil_1_2_latent_1d.ipynb"),
        *("C:\\evil_1_2_latent_1d.ipynb", "..\\..\\evil_1_2_latent_1d.ipynb", "a/../../x"),
    ],
)
def test_nothing_is_written_outside_the_course(gather, tmp_path, name):
    result = gather({name: "evil", "lee_1_2_latent_1d.ipynb": "x"})
    assert len(result.not_understood) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"archive.zip", "course"}
    assert {p.name for p in (tmp_path / "course").iterdir()} == {"submitted", "roster.csv"}


@pytest.mark.parametrize("login", ["..", ".", "-x", "a/b", "*", "con", "a b", "ü", "\u202e", "~"])
def test_student_ids_are_safe_names(login):
    name = roster.folder_name(login)
    assert name and name not in (".", "..") and name[0] not in ".-"
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-")
    assert name.lower() != "con"


def test_two_logins_that_map_to_one_name_do_not_collide(tmp_path):
    people = roster.Roster(tmp_path)
    ids = [people.student_id("blackboard", login, "", login) for login in ("aü", "aú", "AU")]
    assert ids == ["au", "au-2", "AU-3"]
    people.write()
    again = roster.Roster(tmp_path)
    assert [again.student_id("blackboard", each, "", each) for each in ("AU", "aú", "aü")] == [
        "AU-3",
        "au-2",
        "au",
    ]
    assert again.student_id("canvas", "aü", "", "aü") == "au-4"


def test_links_and_duplicates_and_junk(gather, submitted, tmp_path):
    link = zipfile.ZipInfo("lee_1_2_latent_1d.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "archive.zip"
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("wu_2_3_latent_1d.ipynb", "first")
        archive.writestr("wu_2_3_latent_1d.ipynb", "second")
        archive.writestr("__MACOSX/._wu_2_3_latent_1d.ipynb", "junk")
    result = collect(path, tmp_path / "course", SET, [SET])
    assert submitted() == {"2/latent_1d/latent_1d.ipynb": "second"}
    assert any("a link or a device" in line for line in result.not_understood)
    assert any("there twice" in line for line in result.not_understood)


def test_links_in_a_folder_are_not_followed(tmp_path, submitted):
    folder, secret = tmp_path / "folder", tmp_path / "secret"
    folder.mkdir()
    secret.write_text("secret")
    os.symlink(secret, folder / "lee_1_2_latent_1d.ipynb")
    os.symlink(tmp_path, folder / "link")
    result = collect(folder, tmp_path / "course", SET, [SET])
    assert submitted() == {} and len(result.not_understood) == 2


@pytest.mark.parametrize("flag", [True, False])
def test_names_in_utf8_with_and_without_the_flag(tmp_path, submitted, flag):
    path = tmp_path / "archive.zip"
    name = "Jörg Müß_1_assignsubmission_file_/latent_1d.ipynb"
    zipped({name.replace("ö", "o~").replace("ü", "u~").replace("ß", "s~"): "x"}, path)
    data = path.read_bytes()
    for short, real in (("o~", "ö"), ("u~", "ü"), ("s~", "ß")):
        data = data.replace(short.encode(), real.encode())
    if flag:
        at = [i for i in range(len(data)) if data[i : i + 4] in (b"PK\x03\x04", b"PK\x01\x02")]
        for i in at:
            place = i + (6 if data[i + 2] == 3 else 8)
            (bits,) = struct.unpack_from("<H", data, place)
            data = data[:place] + struct.pack("<H", bits | 0x800) + data[place + 2 :]
    path.write_bytes(data)
    assert collect(path, tmp_path / "course", SET, [SET]).taken[0].name == "Jörg Müß"


def test_names_in_cp437_stay(tmp_path):
    path = tmp_path / "archive.zip"
    zipped({"J~rg_1_assignsubmission_file_/latent_1d.ipynb": "x"}, path)
    path.write_bytes(path.read_bytes().replace(b"J~rg", "Jörg".encode("cp437")))
    assert collect(path, tmp_path / "course", SET, [SET]).taken[0].name == "Jörg"


def encrypted(path):
    """Set the bit that says so in all entries."""
    data = bytearray(path.read_bytes())
    for i in range(len(data) - 4):
        if data[i : i + 4] in (b"PK\x03\x04", b"PK\x01\x02"):
            data[i + (6 if data[i + 2] == 3 else 8)] |= 1
    path.write_bytes(bytes(data))


def test_archives_that_cannot_be_read(tmp_path):
    course, path = tmp_path / "course", tmp_path / "archive.zip"
    for content in (b"", b"no zip", b"PK\x05\x06", b"<html>Please sign in</html>"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="archive must be a zip file or a folder, got"):
            collect(path, course, SET, [SET])
    with pytest.raises(ValueError, match="archive must be a zip file or a folder, got"):
        collect(tmp_path / "none.zip", course, SET, [SET])
    zipped({"lee_1_2_latent_1d.ipynb": "x"}, path)
    encrypted(path)
    with pytest.raises(ValueError, match="archive must not be encrypted"):
        collect(path, course, SET, [SET])


def test_truncated_and_damaged_archives(tmp_path, submitted):
    path = tmp_path / "archive.zip"
    zipped({"lee_1_2_latent_1d.ipynb": os.urandom(500), "wu_2_3_latent_1d.ipynb": "fine"}, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(ValueError, match="archive must be a zip file"):
        collect(path, tmp_path / "course", SET, [SET])
    path.write_bytes(whole[:200] + bytes(100) + whole[300:])
    result = collect(path, tmp_path / "course", SET, [SET])
    assert submitted()["2/latent_1d/latent_1d.ipynb"] == "fine"
    assert f"1/latent_1d/{EXPLANATION}" in submitted()
    assert "cannot be read: damaged" in str(result)


def test_a_damaged_archive_does_not_replace_what_was_collected(gather, submitted, tmp_path):
    content = os.urandom(500).hex()
    gather({"lee_1_2_latent_1d.ipynb": content})
    path = tmp_path / "archive.zip"
    data = path.read_bytes()
    path.write_bytes(data[:200] + bytes(50) + data[250:])
    result = collect(path, tmp_path / "course", SET, [SET])
    assert submitted() == {"1/latent_1d/latent_1d.ipynb": content}
    assert result.taken[0].outcome == "kept what was there" and result.taken[0].attention


def test_bombs_are_refused(tmp_path, monkeypatch, submitted):
    monkeypatch.setattr(archives, "LARGEST_FILE", 10_000)
    path = tmp_path / "archive.zip"
    zipped(
        {
            "lee_1_2_latent_1d.ipynb": bytes(20_000),
            "wu_2_3_work.zip": zipped({"latent_1d.ipynb": bytes(20_000)}),
            "yu_3_4_latent_1d.ipynb": "fine",
        },
        path,
    )
    result = collect(path, tmp_path / "course", SET, [SET])
    assert submitted()["3/latent_1d/latent_1d.ipynb"] == "fine"
    assert [taken.attention for taken in result.taken] == [True, True, False]
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    with pytest.raises(ValueError, match="at most 2 entries, got 3"):
        collect(path, tmp_path / "course", SET, [SET])


def test_what_is_read_in_all_is_bounded(tmp_path, monkeypatch):
    path = tmp_path / "archive.zip"
    zipped({f"lee_{i}_2_latent_1d.ipynb": bytes(600) for i in (1, 2)}, path)
    with archives.opened(path) as archive:
        monkeypatch.setattr(archives, "LARGEST_FILE", 599)
        with pytest.raises(archives.UnreadableError, match="larger than"):
            archive.entries[0].read()
    budget = archives.Budget(left=1000)
    budget.take(500)
    with pytest.raises(archives.UnreadableError, match="the archive holds more than"):
        budget.take(599)


def test_the_summary_holds_no_control_characters(gather):
    result = gather({"\x1b[2Jlee_1_2_latent_1d.ipynb": "x", "\x1b]0;title\x07": "y"})
    assert "\x1b" not in str(result) and "\x07" not in str(result)


# --- again, and after a crash --------------------------------------------------------------------


def test_newer_attempts_replace_older_ones_and_never_the_other_way_round(gather, submitted):
    older = {blackboard("al", "latent_1d.ipynb", "2026-11-01-00-00-00"): "older"}
    newer = {blackboard("al", "latent_1d.ipynb", "2026-11-02-00-00-00"): "newer"}
    outcomes = [gather(files).taken[0].outcome for files in (older, newer, newer, older)]
    assert outcomes == ["new", "replaced", "unchanged", "kept what was there"]
    assert submitted()["al/latent_1d/latent_1d.ipynb"] == "newer"
    assert submitted()["al/latent_1d/timestamp.txt"] == "2026-11-02 00:00:00 UTC"


def test_without_times_the_archive_counts(gather, submitted):
    for text in ("one", "two"):
        gather({"lee_1_2_latent_1d.ipynb": text})
    assert submitted() == {"1/latent_1d/latent_1d.ipynb": "two"}


def test_other_sets_and_other_students_stay(gather, submitted):
    gather({"lee_1_2_latent_1d.ipynb": "x", "wu_2_3_latent_1d.ipynb": "y"})
    gather({"lee_1_9_epsilon.ipynb": "z"}, notebooks=["epsilon"], assignment="epsilon")
    assert submitted() == {
        "1/epsilon/epsilon.ipynb": "z",
        "1/latent_1d/latent_1d.ipynb": "x",
        "2/latent_1d/latent_1d.ipynb": "y",
    }


@pytest.mark.parametrize("crash", range(1, 9))
def test_nothing_is_lost_in_a_crash(gather, submitted, monkeypatch, crash):
    """Whichever of the file operations fails, old or new is there after the next run."""
    old = {f"lee_{i}_2_latent_1d.ipynb": "old" for i in (1, 2)}
    gather(old)
    left = [crash]

    def counted(function):
        def call(*arguments, **options):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("rename", "fsync"):
            patch.setattr(os, name, counted(getattr(os, name)))
        try:
            gather({name: "new" for name in old})
        except KeyboardInterrupt:
            pass
    # an archive without these students: what the crash left must still be complete
    gather({"wu_9_2_latent_1d.ipynb": "another"})
    kept = submitted()
    assert kept.pop("9/latent_1d/latent_1d.ipynb") == "another"
    assert set(kept) == {"1/latent_1d/latent_1d.ipynb", "2/latent_1d/latent_1d.ipynb"}
    assert set(kept.values()) <= {"old", "new"}


def test_a_link_in_place_of_a_folder_is_refused(gather, tmp_path):
    gather({"wu_2_3_latent_1d.ipynb": "y"})
    os.symlink(tmp_path, tmp_path / "course" / "submitted" / "1")
    with pytest.raises(ValueError, match="must be a folder, got a link or a file"):
        gather({"lee_1_2_latent_1d.ipynb": "x"})


@pytest.mark.parametrize(
    "options, message",
    [
        ({"assignment": "../x"}, "assignment must be the name"),
        ({"notebooks": []}, "notebooks must name at least one"),
        ({"timezone": "Mars/Base"}, "timezone must be like"),
    ],
)
def test_arguments_are_checked(gather, options, message):
    with pytest.raises(ValueError, match=message):
        gather({"lee_1_2_latent_1d.ipynb": "x"}, **options)


# --- what others read ----------------------------------------------------------------------------


def test_nbgrader_finds_what_was_collected(gather, tmp_path):
    gather({blackboard("al.b-c@x", "latent_1d.ipynb"): "a"})
    course = CourseDirectory(root=str(tmp_path / "course"))
    path = course.format_path("submitted", "al.b-c@x", SET)
    assert os.path.isfile(os.path.join(path, "latent_1d.ipynb"))
    assert str(course.get_existing_timestamp(path)) == "2026-11-30 23:59:59"


def test_the_roster_says_who_is_who_and_holds_no_formula(gather, tmp_path):
    gather({"=HYPERLINK(1)_4711_assignsubmission_file_/latent_1d.ipynb": "x"})
    path = tmp_path / "course" / "roster.csv"
    assert cells.load(path.read_bytes()).get(1, 1) == "'=HYPERLINK(1)"
    assert roster.Roster(path.parent).people == [
        roster.Person("4711", "=HYPERLINK(1)", "moodle", "4711")
    ]


def test_a_file_that_is_no_roster_is_refused(tmp_path):
    (tmp_path / "roster.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="must have the columns"):
        roster.Roster(tmp_path)
