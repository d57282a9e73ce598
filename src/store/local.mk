noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/db.h \
	src/store/ledger.h \
	src/store/outputs.h \
	src/store/runs.h \
	src/store/switches.h
