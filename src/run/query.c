/* The query thread: see query.h. */
#include "run/query.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "io/mailbox.h"
#include "io/thread.h"

#define QUESTIONS_MAX 65536
#define BATCH         64

struct question {
	query_work_fn *work;
	query_done_fn *done;
	void *arg;
};

struct query {
	pthread_t thread;
	struct db *db; /* the thread's */
	struct mailbox *asked, *answered;
	struct loop_watch *watch;
};

static void *answer_questions(void *arg)
{
	struct query *query = arg;
	void *items[BATCH];
	size_t n;

	while ((n = mailbox_wait(query->asked, items, BATCH, -1)) > 0) {
		for (size_t i = 0; i < n; i++) {
			struct question *question = items[i];

			question->work(query->db, question->arg);
		}
		mailbox_send_wait(query->answered, items, n);
	}
	return NULL;
}

static void give_answers(int fd, int what, void *arg)
{
	struct query *query = arg;
	void *items[BATCH];
	size_t n = mailbox_take(query->answered, items, BATCH);

	for (size_t i = 0; i < n; i++) {
		struct question *question = items[i];

		question->done(question->arg);
		free(question);
	}
}

int query_start(struct loop *loop, const char *db_path, struct query **out, struct err *err)
{
	struct query *query = xcalloc(1, sizeof(*query));
	int rc = db_open_readonly(db_path, &query->db, err);

	if (rc == 0)
		rc = mailbox_new(QUESTIONS_MAX, &query->asked, err);
	if (rc == 0)
		rc = mailbox_new(QUESTIONS_MAX, &query->answered, err);
	if (rc == 0)
		rc = thread_start("query", answer_questions, query, &query->thread, err);
	if (rc < 0) {
		mailbox_free(query->answered);
		mailbox_free(query->asked);
		db_close(query->db);
		free(query);
		return rc;
	}
	query->watch =
		loop_watch_new(loop, mailbox_fd(query->answered), LOOP_READ, give_answers, query);
	*out = query;
	return 0;
}

void query_ask(struct query *query, query_work_fn *work, query_done_fn *done, void *arg)
{
	struct question *question = xcalloc(1, sizeof(*question));
	void *item = question;

	*question = (struct question) { work, done, arg };
	if (mailbox_send(query->asked, &item, 1))
		return;
	/* Closed, or more questions waiting than anybody will wait for: answer empty-handed. */
	work(NULL, arg);
	if (!mailbox_send(query->answered, &item, 1)) {
		done(arg);
		free(question);
	}
}

int query_refuse(struct err *err)
{
	return err_set(err, -EAGAIN, "fetchd is stopping; ask again when it is back");
}

void query_stop(struct query *query)
{
	if (!query)
		return;
	mailbox_close(query->asked);
	pthread_join(query->thread, NULL);
	while (mailbox_len(query->answered) > 0)
		give_answers(-1, 0, query);
	loop_watch_free(query->watch);
	mailbox_free(query->answered);
	mailbox_free(query->asked);
	db_close(query->db);
	free(query);
}
