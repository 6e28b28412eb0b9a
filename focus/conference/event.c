/**
 * @file focus/conference/event.c  What every event has
 */
#include "focus/conference/event.h"


json_t *event_make(const char *type, const char *conference, uint64_t seq,
		   uint64_t time_ms)
{
	return json_pack("{s:I,s:I,s:s,s:s}", "seq", (json_int_t)seq, "time",
			 (json_int_t)time_ms, "conference", conference, "type",
			 type);
}
