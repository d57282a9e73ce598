/* The client against a server of few words: each connection gets the same bytes as its answer. */
#include "control/client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../unit.h"

static struct {
	char dir[64], path[96];
	int fd;
	const char *answer;
	pthread_t thread;
	char asked[4096]; /* the last request */
} server;

static void *serve(void *arg)
{
	for (;;) {
		int fd = accept(server.fd, NULL, NULL);
		size_t len = 0;

		if (fd < 0)
			return NULL;
		for (;;) {
			ssize_t n = recv(fd, server.asked + len, sizeof(server.asked) - 1 - len, 0);

			if (n <= 0)
				break;
			len += (size_t)n;
			server.asked[len] = '\0';
			if (strstr(server.asked, "\r\n\r\n") &&
			    (!strstr(server.asked, "Content-Length") ||
			     server.asked[len - 1] == '}'))
				break;
		}
		send(fd, server.answer, strlen(server.answer), MSG_NOSIGNAL);
		close(fd);
	}
}

static struct client *start(const char *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct client *client;

	strcpy(server.dir, "/tmp/fetchd-client-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(server.dir));
	snprintf(server.path, sizeof(server.path), "%s/s", server.dir);
	server.answer = answer;
	server.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(address.sun_path, server.path, strlen(server.path));
	ck_assert_int_eq(bind(server.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(server.fd, 5), 0);
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
	ck_assert_int_eq(client_new(server.path, &client, NULL), 0);
	return client;
}

static void stop(struct client *client)
{
	client_free(client);
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.fd);
	unlink(server.path);
	rmdir(server.dir);
}

START_TEST(a_call_brings_status_and_reply)
{
	struct client *client =
		start("HTTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n");
	struct client_reply reply;
	struct json *body = json_new_object();

	json_put_int(body, "x", 1);
	ck_assert_int_eq(client_call(client, "PUT", "/v1/x?y=1", body, &reply), 0);
	ck_assert_int_eq(reply.status, 201);
	ck_assert_int_eq(json_int(json_get(reply.doc, "a"), 0), 1);
	ck_assert_ptr_eq(strstr(server.asked, "PUT /v1/x?y=1 HTTP/1.1\r\n"), server.asked);
	ck_assert_ptr_nonnull(strstr(server.asked, "Content-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(server.asked, "\r\n\r\n{\"x\":1}"));
	json_unref(reply.doc);
	json_unref(body);
	stop(client);
}
END_TEST

START_TEST(a_problem_becomes_the_sentence)
{
	struct client *client = start(
		"HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\n{\"detail\":\"no such\"}");
	struct client_reply reply;

	ck_assert_int_eq(client_call(client, "GET", "/v1/x", NULL, &reply), 0);
	ck_assert_int_eq(reply.status, 404);
	ck_assert_str_eq(reply.err.text, "no such");
	json_unref(reply.doc);
	stop(client);
}
END_TEST

START_TEST(an_error_that_is_a_page_is_still_an_error)
{
	struct client *client = start("HTTP/1.1 413 Large\r\nContent-Length: 6\r\n\r\n<html>");
	struct client_reply reply;

	ck_assert_int_eq(client_call(client, "DELETE", "/v1/x", NULL, &reply), 0);
	ck_assert_int_eq(reply.status, 413);
	ck_assert_ptr_null(reply.doc);
	ck_assert_ptr_nonnull(strstr(reply.err.text, "413"));
	stop(client);
}
END_TEST

START_TEST(an_answer_that_is_not_json_is_a_failure)
{
	struct client *client = start("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	struct client_reply reply;

	ck_assert_int_eq(client_call(client, "GET", "/", NULL, &reply), -EPROTO);
	stop(client);
}
END_TEST

START_TEST(no_daemon_is_told_with_its_socket)
{
	struct client *client = start("");
	struct client_reply reply;
	struct client *nobody;

	ck_assert_int_eq(client_new("/tmp/there/is/none.sock", &nobody, NULL), 0);
	ck_assert_int_eq(client_call(nobody, "GET", "/", NULL, &reply), -ENOENT);
	ck_assert_ptr_nonnull(strstr(reply.err.text, "/tmp/there/is/none.sock"));
	client_free(nobody);

	shutdown(server.fd, SHUT_RDWR); /* refuses from now on */
	ck_assert_int_eq(client_call(client, "GET", "/", NULL, &reply), -ECONNREFUSED);
	stop(client);
}
END_TEST

static bool count(const struct json *event, void *arg)
{
	int *n = arg;

	ck_assert_int_eq(json_int(json_get(event, "n"), 0), ++*n);
	return *n < 3;
}

START_TEST(a_stream_comes_line_by_line_until_enough)
{
	struct client *client = start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				      "b\r\n{\"n\":1}\n{\"n\r\n5\r\n\":2}\n\r\n0\r\n\r\n");
	struct client_reply reply;
	int n = 0;

	ck_assert_int_eq(client_stream(client, "/v1/events", count, &n, &reply), 0);
	ck_assert_int_eq(n, 2);
	n = 1;
	server.answer = "HTTP/1.1 200 OK\r\n\r\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n";
	ck_assert_int_eq(client_stream(client, "/v1/events", count, &n, &reply), 0);
	ck_assert_int_eq(n, 3); /* the third said that is enough */
	stop(client);
}
END_TEST

START_TEST(a_stream_that_breaks_off_is_told_from_one_that_ends)
{
	struct client *client = start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				      "8\r\n{\"n\":1}\n\r\n");
	struct client_reply reply;
	int n = 0;

	ck_assert_int_eq(client_stream(client, "/v1/events", count, &n, &reply), -EPIPE);
	ck_assert_int_eq(n, 1);
	stop(client);
}
END_TEST

START_TEST(a_refused_stream_is_explained)
{
	struct client *client = start(
		"HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\n{\"detail\":\"no such\"}");
	struct client_reply reply;
	int n = 0;

	ck_assert_int_eq(client_stream(client, "/v1/events", count, &n, &reply), 0);
	ck_assert_int_eq(reply.status, 404);
	ck_assert_str_eq(reply.err.text, "no such");
	stop(client);
}
END_TEST

START_TEST(escaped_text_is_safe_anywhere_in_a_url)
{
	char *text = client_escape("a b/c?&=%\xc3\xa9~-._Z0");

	ck_assert_str_eq(text, "a%20b%2Fc%3F%26%3D%25%C3%A9~-._Z0");
	free(text);
}
END_TEST

UNIT_MAIN("client", a_call_brings_status_and_reply, a_problem_becomes_the_sentence,
	  an_error_that_is_a_page_is_still_an_error, an_answer_that_is_not_json_is_a_failure,
	  no_daemon_is_told_with_its_socket, a_stream_comes_line_by_line_until_enough,
	  a_stream_that_breaks_off_is_told_from_one_that_ends, a_refused_stream_is_explained,
	  escaped_text_is_safe_anywhere_in_a_url)
