# Unit tests of src/fetch, one program a module.
fetch_unit_tests = \
	tests/unit/fetch/charset_test \
	tests/unit/fetch/cookies_test \
	tests/unit/fetch/decode_test \
	tests/unit/fetch/grant_test \
	tests/unit/fetch/headers_test \
	tests/unit/fetch/netrc_test \
	tests/unit/fetch/outcome_test \
	tests/unit/fetch/pace_test \
	tests/unit/fetch/page_test \
	tests/unit/fetch/request_test \
	tests/unit/fetch/response_test \
	tests/unit/fetch/retry_test \
	tests/unit/fetch/sigv4_test \
	tests/unit/fetch/sockets_test \
	tests/unit/fetch/url_test \
	tests/unit/fetch/wheel_test
check_PROGRAMS += $(fetch_unit_tests)
TESTS += $(fetch_unit_tests)
tests_unit_fetch_charset_test_SOURCES = tests/unit/fetch/charset_test.c tests/unit/unit.h
tests_unit_fetch_charset_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_decode_test_SOURCES = tests/unit/fetch/decode_test.c tests/unit/unit.h
tests_unit_fetch_decode_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_headers_test_SOURCES = tests/unit/fetch/headers_test.c tests/unit/unit.h
tests_unit_fetch_headers_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_outcome_test_SOURCES = tests/unit/fetch/outcome_test.c tests/unit/unit.h
tests_unit_fetch_outcome_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_pace_test_SOURCES = tests/unit/fetch/pace_test.c tests/unit/unit.h
tests_unit_fetch_pace_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_page_test_SOURCES = tests/unit/fetch/page_test.c tests/unit/unit.h
tests_unit_fetch_page_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_request_test_SOURCES = tests/unit/fetch/request_test.c tests/unit/unit.h
tests_unit_fetch_request_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_response_test_SOURCES = tests/unit/fetch/response_test.c tests/unit/unit.h
tests_unit_fetch_response_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_retry_test_SOURCES = tests/unit/fetch/retry_test.c tests/unit/unit.h
tests_unit_fetch_retry_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_sockets_test_SOURCES = tests/unit/fetch/sockets_test.c tests/unit/unit.h
tests_unit_fetch_sockets_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_url_test_SOURCES = tests/unit/fetch/url_test.c tests/unit/unit.h
tests_unit_fetch_url_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_wheel_test_SOURCES = tests/unit/fetch/wheel_test.c tests/unit/unit.h
tests_unit_fetch_wheel_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_cookies_test_SOURCES = tests/unit/fetch/cookies_test.c tests/unit/unit.h
tests_unit_fetch_cookies_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_grant_test_SOURCES = tests/unit/fetch/grant_test.c tests/unit/unit.h
tests_unit_fetch_grant_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_netrc_test_SOURCES = tests/unit/fetch/netrc_test.c tests/unit/unit.h
tests_unit_fetch_netrc_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
tests_unit_fetch_sigv4_test_SOURCES = tests/unit/fetch/sigv4_test.c tests/unit/unit.h
tests_unit_fetch_sigv4_test_LDADD = $(FETCH_LIBS) $(CHECK_LIBS)
