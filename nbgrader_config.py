# nbgrader: only the lines that differ from its defaults.
c = get_config()  # noqa: F821

c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

# Seconds a cell may run; the default 30 is short for training on a busy machine.
c.Execute.timeout = 600

# Feedback shows no hidden test; what students wrote acts neither there nor in formgrader.
c.GenerateFeedback.exporter_class = "ai4mat_grading.feedback.FeedbackPage"
c.HTMLExporter.filters = {"markdown2html": "ai4mat_grading.feedback.safe_markdown"}
