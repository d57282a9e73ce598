noinst_LIBRARIES += src/control/libcontrol.a
src_control_libcontrol_a_SOURCES = \
	src/control/call.h \
	src/control/client.h \
	src/control/route.h \
	src/control/server.h
