noinst_LIBRARIES += src/control/libcontrol.a
src_control_libcontrol_a_SOURCES = \
	src/control/call.c \
	src/control/call.h \
	src/control/call_state.h \
	src/control/client.c \
	src/control/client.h \
	src/control/conn.c \
	src/control/conn.h \
	src/control/dispatch.c \
	src/control/dispatch.h \
	src/control/listen.c \
	src/control/listen.h \
	src/control/params.c \
	src/control/params.h \
	src/control/peer.c \
	src/control/peer.h \
	src/control/reply.c \
	src/control/route.c \
	src/control/route.h \
	src/control/runtext.c \
	src/control/runtext.h \
	src/control/server.c \
	src/control/server.h \
	src/control/stream.c
