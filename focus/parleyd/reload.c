/**
 * @file focus/parleyd/reload.c  What is read anew while calls go on
 */
#include "focus/parleyd/daemon.h"
#include "signaling/http/certificate.h"
#include "signaling/transport/layer.h"
#include "signaling/web/page.h"


enum { DAY_MS = 86400000 };


static void tell_of_certificate(const struct daemon *d)
{
	if (d->config->https_listen_count || d->config->sip_tls_listen_count)
		certificate_tell(d->config);
}


static int read_certificate(const struct daemon *d)
{
	int err = layer_reload(d->layer);

	if (!err)
		err = page_reload(d->page);
	tell_of_certificate(d);

	return err;
}


static void daily_h(void *arg)
{
	struct daemon *d = arg;

	tmr_start(&d->daily, DAY_MS, daily_h, d);
	(void)read_certificate(d);
}


void daemon_watch_certificate(struct daemon *d)
{
	tell_of_certificate(d);
	tmr_start(&d->daily, DAY_MS, daily_h, d);
}


/** Its other keys wait for a new start */
static int read_configuration(const struct daemon *d)
{
	struct config_error error;
	struct config *fresh;
	int err = options_load(&fresh, &d->options, &error);

	if (err) {
		log_error("parleyd", "the configuration stays as it was: %s",
			  error.text);
		return err;
	}

	log_level_set(fresh->log_level);
	mem_deref(fresh);

	return 0;
}


/** A file that cannot be read keeps none of the others from being */
void daemon_reload(struct daemon *d)
{
	bool configuration, certificate;

	if (d->control)
		supervisor_reloading(&d->supervisor);

	configuration = !read_configuration(d);
	certificate = !read_certificate(d);
	log_info("parleyd", "reloaded certificate=%s configuration=%s",
		 certificate ? "read" : "kept",
		 configuration ? "read" : "kept");

	if (d->control)
		supervisor_ready(&d->supervisor);
}
