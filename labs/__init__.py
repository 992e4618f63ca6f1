"""The labs: each has one source, a MyST text notebook with solutions, hints and checks.

    python -m labs release                         the learners' notebooks, into labs/released
    python -m labs instructor --out DIR            the instructor's notebooks, with solutions and hidden checks
    python -m labs protections                     what keeps submissions apart on this machine
    python -m labs grade SUBMISSIONS --out DIR     a class, graded: gradebooks, feedback, item analysis

labs/README.md says how a source is written, and what grading protects against and what it does not.
"""
