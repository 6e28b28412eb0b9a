/**
 * @file focus/event.c  The numbered event log
 */
#include <errno.h>
#include "focus/event.h"
#include "mixer/base/re.h"


struct event_log {
	json_t *ring[EVENT_LOG_MAX];
	uint64_t seq;
};


static void destructor(void *arg)
{
	struct event_log *log = arg;

	for (size_t i = 0; i < EVENT_LOG_MAX; i++)
		json_decref(log->ring[i]);
}


int event_log_alloc(struct event_log **lp)
{
	struct event_log *log;

	if (!lp)
		return EINVAL;

	log = mem_zalloc(sizeof(*log), destructor);
	if (!log)
		return ENOMEM;

	*lp = log;

	return 0;
}


int event_log_append(struct event_log *log, json_t *event, const char *name,
		     uint64_t time_ms)
{
	json_t **slot;

	if (!log || !json_is_object(event))
		return EINVAL;

	if (json_object_set_new(event, "seq",
				json_integer((json_int_t)(log->seq + 1))) ||
	    json_object_set_new(event, "time",
				json_integer((json_int_t)time_ms)) ||
	    json_object_set_new(event, "conference", json_string(name)))
		return ENOMEM;

	slot = &log->ring[++log->seq % EVENT_LOG_MAX];
	json_decref(*slot);
	*slot = json_incref(event);

	return 0;
}


uint64_t event_log_seq(const struct event_log *log)
{
	return log ? log->seq : 0;
}


json_t *event_log_get(const struct event_log *log, uint64_t seq)
{
	if (!log || !seq || seq > log->seq ||
	    log->seq - seq >= EVENT_LOG_MAX)
		return NULL;

	return log->ring[seq % EVENT_LOG_MAX];
}
