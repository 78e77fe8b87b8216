"""The one judge: how a language model is asked for a verdict, so that the text it reads cannot steer it.

`rubrics` holds what it is told, `material` encloses what it must not obey, `forms` reads what it fills in, `asking`
gets one form out of one model, `panel` one verdict out of all models of Inspect's role `grader`, and `deciding`
chooses between rules and judge.
"""
