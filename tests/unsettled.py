"""Known faults, each with its reason: what is listed here is expected to fail, is shown at the end of every run, and is to be mended.

A line goes away with its fault. One line stands among the attacks: a canary about second factors.
"""

UNSETTLED = {
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[buyer-company-en-light-1280]": "its main deed is not reached by Tab where the test looks",
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[supplier-requests-diligence-en-light-1280]": "the same",
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[operator-companies-applicant-ja-dark-360]": "wider than 360 px",
    "tests/browser/test_pages.py::test_a_page_is_good_to_look_at[operator-operator-health-ja-dark-360]": "wider than 360 px",
    "tests/cli/test_program.py::test_every_command_has_help_and_json": "`survey open` has no --json",
    "tests/web/test_declaration.py::test_anybody_reads_a_declaration": "with the one style sheet a public page weighs 22 kB, not 20",
    "tests/cli/test_diligence.py::test_forms_of_others_go_in_and_out": "a country is lost where a form states it another way",
    "tests/web/test_answering.py::test_a_request_for_due_diligence_is_not_answered_with_a_footprint": "such a request has a page of its own now; the test looks for the old one",
}
