/**
 * @file mixer/server/mixer_events.c  What legs and mixes tell, as JSON
 */
#include "mixer/server/mixer_events.h"
#include "mixer/server/mixer.h"


static void leg_state(const struct leg *leg, const char *state,
		      const char *reason, void *arg)
{
	mixer_event(arg, json_pack("{s:s,s:I,s:s,s:s}", "event", "leg.state",
				   "leg", (json_int_t)leg_id(leg), "state",
				   state, "reason", reason));
}


static void leg_digit(const struct leg *leg, char digit, unsigned duration_ms,
		      void *arg)
{
	const char text[2] = {digit, '\0'};

	mixer_event(arg, json_pack("{s:s,s:I,s:s,s:i}", "event", "dtmf", "leg",
				   (json_int_t)leg_id(leg), "digit", text,
				   "duration_ms", (int)duration_ms));
}


static void leg_camera(const struct leg *leg, unsigned width, unsigned height,
		       void *arg)
{
	mixer_event(arg,
		    json_pack("{s:s,s:I,s:b,s:i,s:i}", "event", "video", "leg",
			      (json_int_t)leg_id(leg), "receiving", width > 0,
			      "width", (int)width, "height", (int)height));
}


static void leg_relay(const struct leg *leg, uint32_t relay, bool carried,
		      void *arg)
{
	mixer_event(arg, json_pack("{s:s,s:I,s:I,s:b}", "event", "relay",
				   "leg", (json_int_t)leg_id(leg), "relay",
				   (json_int_t)relay, "carried", carried));
}


const struct leg_events server_leg_events = {
	leg_state,
	leg_digit,
	leg_camera,
	leg_relay,
};


static void mix_talking(uint64_t mix, uint64_t leg, bool talking, void *arg)
{
	mixer_event(arg, json_pack("{s:s,s:I,s:I,s:b}", "event", "talking",
				   "mix", (json_int_t)mix, "leg",
				   (json_int_t)leg, "talking", talking));
}


static void mix_speaker(uint64_t mix, uint64_t leg, void *arg)
{
	mixer_event(arg, json_pack("{s:s,s:I,s:I}", "event", "speaker", "mix",
				   (json_int_t)mix, "leg", (json_int_t)leg));
}


static void mix_said(uint64_t mix, uint64_t leg, uint32_t number, void *arg)
{
	json_t *event =
		json_pack("{s:s,s:I,s:I}", "event", "said", "mix",
			  (json_int_t)mix, "number", (json_int_t)number);

	if (leg)
		json_object_set_new(event, "leg",
				    json_integer((json_int_t)leg));
	mixer_event(arg, event);
}


static void mix_population(void *arg)
{
	mixer_schedule(arg);
}


const struct mix_events server_mix_events = {
	mix_talking,
	mix_speaker,
	mix_said,
	mix_population,
};
