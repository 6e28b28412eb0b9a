/**
 * @file focus/conference/event.c  What every event has, and who is told
 */
#include <string.h>
#include "focus/conference/event.h"
#include "focus/policy/policy.h"


struct event_subscription {
	struct le le;
	struct event_followers *followers;
	char conference[POLICY_NAME_MAX + 1]; /**< "" = all */
	event_follow_h *h;
	void *arg;
};


json_t *event_make(const char *type, const char *conference, uint64_t seq,
		   uint64_t time_ms)
{
	return json_pack("{s:I,s:I,s:s,s:s}", "seq", (json_int_t)seq, "time",
			 (json_int_t)time_ms, "conference", conference, "type",
			 type);
}


static void event_subscription_destructor(void *arg)
{
	struct event_subscription *s = arg;
	struct event_delivery *d;

	/* whoever is being told just now goes on with the next one */
	if (s->le.list) {
		for (d = s->followers->delivery; d; d = d->outer) {
			if (d->next == &s->le)
				d->next = s->le.next;
		}
	}

	list_unlink(&s->le);
}


struct event_subscription *event_follow(struct event_followers *followers,
					const char *conference,
					event_follow_h *h, void *arg)
{
	struct event_subscription *s;

	s = mem_zalloc(sizeof(*s), event_subscription_destructor);
	if (!s)
		return NULL;

	s->followers = followers;
	str_ncpy(s->conference, conference, sizeof(s->conference));
	s->h = h;
	s->arg = arg;

	return s;
}


void event_follow_begin(struct event_subscription *s)
{
	list_append(&s->followers->list, &s->le, s);
}


void event_tell(struct event_followers *followers, const char *conference,
		const json_t *event)
{
	struct event_delivery d = {followers->list.head, followers->delivery};

	followers->delivery = &d;
	while (d.next) {
		struct event_subscription *s = d.next->data;

		d.next = d.next->next;
		if (!*s->conference || !strcmp(s->conference, conference))
			s->h(event, s->arg);
	}
	followers->delivery = d.outer;
}
