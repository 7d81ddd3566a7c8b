# nbgrader: only the lines that differ from its defaults.
c = get_config()  # noqa: F821

c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

# What `nbgrader autograde` and formgrader's button do; `ising-grade` needs no line.
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "ai4mat_grading.nbgrader_plugin.Judge",
    "nbgrader.preprocessors.AssignLatePenalties",
]

# Feedback shows no hidden test; what students wrote acts neither there nor in formgrader.
c.GenerateFeedback.exporter_class = "ai4mat_grading.feedback.FeedbackPage"
c.HTMLExporter.filters = {"markdown2html": "ai4mat_grading.feedback.safe_markdown"}
