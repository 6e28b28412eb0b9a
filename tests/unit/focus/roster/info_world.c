/**
 * @file info_world.c  A roster, and who watches it
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/focus/roster/info_model.h"
#include "tests/unit/focus/roster/info_world.h"
#include "tests/unit/unit.h"

struct conference_info *info_demo;
struct info_watcher info_alice, info_phone;

void info_happen(const char *text)
{
	json_error_t error;
	json_t *event = json_loads(text, 0, &error);

	if (!event)
		fprintf(stderr, "%s in %s\n", error.text, text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	conference_info_event(info_demo, event);
	json_decref(event);
}

bool info_look(struct info_watcher *w, bool full)
{
	struct mbuf *mb;
	bool ok;

	CU_ASSERT_FATAL(!conference_info_print(w->r, full, &mb));
	CU_ASSERT_FATAL(mb->end < sizeof(w->text));
	memcpy(w->text, mb->buf, mb->end);
	w->text[mb->end] = '\0';
	ok = info_apply(w->model, mb);
	mem_deref(mb);

	return ok;
}

bool info_says(const struct info_watcher *w, const char *what)
{
	bool ok = strstr(w->text, what) != NULL;

	if (!ok)
		fprintf(stderr, "no %s in %s\n", what, w->text);
	return ok;
}

bool info_silent(const struct info_watcher *w, const char *what)
{
	return !strstr(w->text, what);
}

void info_watch_as(struct info_watcher *w, bool activity,
		   enum conference_info_view view, unsigned self)
{
	const struct conference_info_param param = {
		.entity = "sip:demo@example.com",
		.web = "https://example.com/demo",
		.activity = activity,
		.view = view,
		.self = self,
	};

	CU_ASSERT_FATAL(!conference_info_read(&w->r, info_demo, &param));
	w->model = json_object();
}

void info_watch(struct info_watcher *w, bool activity)
{
	info_watch_as(w, activity, VIEW_MEMBERS, 0);
}

void info_leave(struct info_watcher *w)
{
	w->r = mem_deref(w->r);
	json_decref(w->model);
}

void info_begin(const char *snapshot)
{
	CU_ASSERT_FATAL(!conference_info_alloc(&info_demo));
	CU_ASSERT(!conference_info_active(info_demo));
	info_happen(snapshot);
	CU_ASSERT(conference_info_active(info_demo));
	info_watch(&info_alice, true);
	info_watch(&info_phone, false);
	CU_ASSERT(info_look(&info_alice, true));
	CU_ASSERT(info_look(&info_phone, true));
}

void info_finish(void)
{
	struct info_watcher *all[] = {&info_alice, &info_phone};
	size_t i;

	for (i = 0; i < 2; i++) {
		static struct info_watcher fresh;

		while (conference_info_news(all[i]->r))
			CU_ASSERT_FATAL(info_look(all[i], false));
		info_watch(&fresh, i == 0);
		CU_ASSERT(info_look(&fresh, true));
		while (conference_info_news(fresh.r))
			CU_ASSERT_FATAL(info_look(&fresh, false));
		CU_ASSERT(info_same(fresh.model, all[i]->model));
		info_leave(&fresh);
	}
	info_leave(&info_alice);
	info_leave(&info_phone);
	info_demo = mem_deref(info_demo);
}
