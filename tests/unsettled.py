"""Known faults, each with its reason: what is listed here is expected to fail, is shown at the end of every run, and is to be mended.

A line goes away with its fault. One line stands among the attacks: a canary about second factors.
"""

UNSETTLED = {
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[buyer-company-en-light-1280]": "its main deed is not reached by Tab where the test looks",
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[supplier-requests-diligence-en-light-1280]": "the same",
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[operator-companies-applicant-ja-dark-360]": "wider than 360 px",
    "tests/web/test_declaration.py::test_anybody_reads_a_declaration": "with the one style sheet a public page weighs 22 kB, not 20",
}
