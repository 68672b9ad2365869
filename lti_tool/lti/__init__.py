"""Speaking LTI 1.3 with learning platforms: plain values in and out; no Flask, no database.

The story of a launch: ``login.read_login`` reads what the platform sent, ``login.start`` makes the address at the
platform, ``login.AttemptSigner.open`` recognises the answer, ``launch.verify`` turns it into a ``ResourceLaunch``.
The story of a grade: ``grades.GradeService.find_or_create`` finds the gradebook column, ``send`` delivers the score.
"""
