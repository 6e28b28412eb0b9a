/* clang-format off */
/**
 * @file mixer/mp/protocol.h  The Mp link: what focus and mixer say to each
 * other
 *
 * Named after the reference point Mp between MRFC and MRFP (TS 23.228). One
 * UTF-8 JSON object a datagram of a SOCK_SEQPACKET pair, at most
 * MP_MESSAGE_MAX bytes. Nothing here assumes a shared file system or memory.
 * T, M, C, LT, LM and what hello tells are C types, too: in
 * mixer/mp/leg_description.h and mixer/mp/capabilities.h, each with its
 * writer and its reader.
 *
 * Three kinds of messages:
 *   request (focus to mixer)  {"id":7,"op":"leg.add", ...}
 *   reply   (mixer to focus)  {"id":7, ...result...} or
 *                             {"id":7,"error":"why","code":22}   (an errno)
 *   event   (mixer to focus)  {"event":"talking", ...}
 * The first message of a mixer is the event "hello". Unknown members are
 * ignored, unknown ops answered with code 38 (ENOSYS). Everything that the
 * focus sends is absolute (never a toggle), so that a conference can be
 * replayed to a new mixer word by word. "mix" and "leg" are numbers chosen by
 * the focus, unique during its life. No message is dropped: one that does not
 * fit waits (LINK_QUEUE_BYTES_MAX), and a peer that cannot keep up is given
 * up; the focus then starts another mixer, a mixer ends. The focus does so
 * with a mixer that says what none says, too: what is no such object, an
 * answer that nobody asked for, a second hello, LT and LM that are none, or
 * more events than can have happened (64 a second and leg, ten seconds' at
 * once). What it says of legs and mixes that are not its own is ignored.
 *
 *
 * REQUESTS
 *
 *  mix.create  {mix, name, width, height, fps, kbps, layout, waiting, echo}
 *      The canvas: 64..4096 pixels a side, default 1280x720, halved until it
 *      is no larger than 1920x1088; fps 1..60, default 25, above 30 is 30;
 *      kbps of a picture of the whole size, 0 or absent: what its size
 *      usually needs (1500 at 720p); layout: "grid" | "speaker"; waiting:
 *      "music" | "silence", what a telephone that is alone hears, default
 *      music; echo:true: an echo test, each leg hears itself alone, a second
 *      later, and its level_dbov (STATS) is that of the last seconds.
 *
 *  mix.set     {mix, layout?, spotlight?}
 *      Changes what is given. spotlight: a leg that is shown large to all,
 *      whoever speaks, as soon as it is in the mix; 0: none.
 *
 *  mix.remove  {mix}
 *      Removes its legs, too; where they are many some go after the reply.
 *
 *  leg.add     {mix, leg, name, early?, aside?, transports:[T], media:[M]}
 *              -> {transports:[LT], media:[LM]}
 *      Without remote parts (see T) it prepares an offer; leg.modify brings
 *      the rest. "early":true until leg.set says false: its session is not
 *      confirmed; transports come up, but it is neither heard nor seen, and
 *      nothing is sent to it. "aside":true until leg.set says false: it is
 *      not let into the conference yet (mixer/mix/mix.h), neither heard nor
 *      seen, and as one who is alone in what it hears and sees. Code 99
 *      (EADDRNOTAVAIL), here and for leg.modify: no pair of RTP ports could be
 *      had.
 *
 *  leg.modify  {leg, transports:[T], media:[M]} -> {transports, media}
 *      The whole description anew (re-INVITE). Entries keep their place; more
 *      may be appended. A media with neither send nor recv and "off":true is
 *      dropped (port 0) but keeps its place.
 *
 *  leg.set     {leg, name?, muted?, deaf?, video_muted?, volume_in_db?,
 *               volume_out_db?, early?, aside?, cut_off?, proven?,
 *               vouched?, crosses?}
 *      Absolute values. name: of its tile; muted: not heard by others; deaf:
 *      hears nothing; video_muted: its camera is not shown; volume_in_db:
 *      gain of what it says, volume_out_db: of what it hears; -60..+20.
 *      cut_off: its signalling has no way to it, so it times out after 8 s
 *      without any media: a browser that died says no goodbye.
 *      proven:"192.0.2.1": the signalling of the far end has shown that it
 *      is there (by an ACK, say), so that plain media for that host needs no
 *      other proof (mixer/net/proof.h); "": none has. vouched:true: that host
 *      is one of the operator's own, and so is what it signals. crosses:true:
 *      a port of Parley's own that is its plain far end is that of a leg of
 *      another conference, whose far end it is, and there is no circle: it is
 *      heard as any other (focus/conference/user_crossing.c).
 *
 *  leg.move    {leg, mix} -> {transports, media}
 *      To another mix, with all that is agreed with its far end, which notices
 *      nothing but what it hears and sees; what leg.set said of it holds there.
 *      After an error it is in one of the two.
 *
 *  leg.remove  {leg}
 *      RTCP BYE is sent.
 *
 *  leg.announce  {leg, say:[NAME,...], language?, number?}
 *      Says prompts to it alone, one after the other, beside what else it
 *      hears, or to an early leg alone; at most 16. What was being said to it
 *      ends; an empty list says nothing more. language: "en" | "de", default
 *      en. NAME: of conf/announcements/, or "joined" and "left", two soft
 *      tones. "first" and "alone" end when somebody comes. What reaches nobody
 *      waits; see the event said.
 *
 *  mix.announce  {mix, say:[NAME,...], language?, number?}
 *      The same to all who are in the mix: neither early nor aside.
 *
 *  leg.keyframe  {leg}
 *      A key frame to this leg.
 *
 *  ice.listen  {tcp_ports:[8443,0]}
 *      Ports by TCP where somebody listens for ICE (RFC 6544) and hands over
 *      what connects there, for each media address (-a) in order; 0 or none:
 *      nobody. Legs that are described from then on have such candidates. A
 *      mixer that listens itself is not told any.
 *
 *  ice.take    {} and a descriptor (SCM_RIGHTS)
 *      A TCP connection to one of these ports: its first frame (RFC 4571) has
 *      come whole, was not read, and is a Binding request whose USERNAME
 *      begins with the ufrag of an LT. The mixer closes one that proves to be
 *      none of its legs' (code 13, EACCES). Not more than one descriptor goes
 *      with a message, none with another one, and none the other way.
 *
 *  stats       {after?} -> {mixer:{..}, legs:[{leg, ...}], more:bool}
 *      See STATS. Legs by ascending id above `after`, as many as fit; when
 *      more is true, ask again after the last of them.
 *
 *  ping        {} -> {}
 *
 *
 * T, a transport as the far end described it. Media that share a BUNDLE
 * group share a transport; others have one each.
 *
 *  {kind:"webrtc",
 *   ice:{ufrag,pwd},          far end's; a changed pair is an ICE restart
 *   dtls:{role:"client"|"server",   the role the *mixer* takes
 *         fingerprints:[{hash:"sha-256",value:"AB:CD:.."}]}}
 *
 *  {kind:"plain",
 *   remote:"192.0.2.1:5004", remote_rtcp:"192.0.2.1:5005", rtcp_mux:bool,
 *   sdes:{suite, remote_key}} suite AES_CM_128_HMAC_SHA1_80, .._32,
 *                             AEAD_AES_128_GCM, AEAD_AES_256_GCM; key and
 *                             salt in base64. Instead of sdes dtls, as for
 *                             WebRTC (RFC 5763). Neither: no SRTP.
 *
 *  {kind:"relay", relay:7,    a number chosen by the focus
 *   ice:{ufrag,pwd},
 *   sound:[111,..], picture:[96,..],   payload types
 *   kbps:8000,                0: no limit
 *   no_data:bool}             of DTLS no more goes over than opens the way
 *                             Nothing of it has keys here: checks of ICE are
 *                             answered, and what else comes from where they
 *                             were made, DTLS, SRTP and SRTCP, goes as it is
 *                             to the other leg that has a transport of the
 *                             same relay (TS 23.228 U.2.4), not more than
 *                             kbps. No section is on it. Of a leg that is
 *                             muted no sound goes over, to one that is deaf
 *                             none comes, and so for video_muted and
 *                             pictures; of one that is early or aside, and to
 *                             it, neither. They are told apart by payload
 *                             type, that of the leg that sends; what is
 *                             neither goes over only where nothing of both is
 *                             held back. relay:0: of none, its lines are
 *                             refused; another number is another transport.
 *                             Of a third leg it is refused with code 16
 *                             (EBUSY).
 *
 * Without "ice"/"remote" the far end is not known yet. When the mixer shall
 * offer SDES, sdes has suite only; to offer plain DTLS, dtls is empty. Either
 * kind may have near:"192.0.2.1", the host that the far end's signalling comes
 * from: while no media address of it is known, the mixer advertises the local
 * address that routes there, and plain media is believed from all ports of
 * that host (who else is believed: mixer/net/media_source.h).
 *
 *
 * LT, the mixer's side, same order:
 *
 *  {kind:"webrtc", ice:{ufrag,pwd}, fingerprint:{hash,value},
 *   candidates:[{address,port,priority,tcp}]}      host, component 1; UDP or
 *                             tcp:true, passive TCP (RFC 6544); UDP first
 *
 *  {kind:"plain", address, port, rtcp_port, sdes:{suite, local_key},
 *   fingerprint:{hash,value}}
 *
 *  {kind:"relay", ice:{ufrag,pwd}, candidates:[..]}    both empty: of none
 *
 *
 * M, a media section (m-line), in order of the SDP:
 *
 *  {kind:"audio"|"video", transport:index, mid:"0", off:bool,
 *   send:bool, recv:bool,     from the mixer's side: it sends / it receives
 *   rest:true,                it does neither, while a relay carries that
 *   codecs:[C],               what the far end may send: all are decoded;
 *                             the first is what the mixer sends
 *   rtx:[{pt,apt}],           RFC 4588
 *   events:[{pt,clock}],      RFC 4733 telephone-event
 *   cn_pt:13,                 RFC 3389, optional
 *   extensions:{audio_level, mid, abs_send_time, colour_space},
 *                             RFC 8285 ids, 0 = none
 *   feedback:{nack,pli,fir,remb: bool},   only these are sent
 *   ptime:20,                 audio; sent are 5, 10, 20, 40 or 60 ms
 *   ssrcs:[],                 far end's SSRCs, may be empty
 *   kbps:0,                   far end's b= limit for this m-line, 0 = none
 *   width:1280, height:720, fps:25}   video; largest picture it can take
 *
 * Of each kind the first section is in the mix. A further one comes up with
 * its transport and is received (reports, consent, time-outs), but neither
 * heard nor seen, and nothing is sent there.
 *
 *
 * LM: {ssrc, rtx_ssrc, cname}
 *
 *
 * C, one codec with typed parameters (the SDP is parsed by signaling):
 *
 *  {name, pt, clock, ...}
 *  "opus"    channels:2, fec:bool, dtx:bool, stereo:bool, max_bitrate?,
 *            max_playback_rate?
 *  "PCMU" "PCMA" "G722" (clock 8000, samples at 16000)
 *  "AMR" "AMR-WB"  octet_align:bool, mode_set:[0,2,..] (absent: all),
 *            mode_change_period:1|2, mode_change_neighbor:bool
 *  "VP8"     -
 *  "H264"    packetization_mode:0|1, profile_level_id:"42e01f",
 *            max_mbps?, max_fs?, sprop:"b64,b64" (at most 255 characters:
 *            parameter sets of what it sends that it may not repeat in band)
 *
 *
 * EVENTS
 *
 *  hello     {version, pid, webrtc_port, codecs:[{name,kind,clock}],
 *             features:{rtx, telephone_event, cn, remb, relay: bool}}
 *      What it can do; signaling offers and accepts nothing else. Without
 *      codecs it is a mixer from before they were told: it has the codecs of
 *      C above and all features but relay. It has one for audio at least.
 *      A mixer is started as
 *          parley-mixer -a ADDRESS [-a ...] -w WEBRTC_PORT -p MIN-MAX
 *                       -t MEDIA_TIMEOUT_S -l LOG_LEVEL
 *                       [-m] [-v VIDEO_THREADS] [-A ANNOUNCEMENTS] [-S]
 *          -m: media_from any; -A: a folder with LANGUAGE/NAME.wav, which are
 *          said instead of what was built in; -S: no sandbox
 *      with the link as descriptor MP_LINK_FD; it ends when the link closes.
 *
 *  leg.state {leg, state:"connected"|"timeout"|"failed"|"closed", reason}
 *      connected: media may flow (ICE pair and DTLS done, or first packet of
 *      a plain leg); once, and again after closed or failed, and with
 *      the first packet after a section has rested. closed: DTLS
 *      close_notify came on the last transport that carried any of its
 *      media, failed: DTLS came to nothing there. Neither ends the leg: it
 *      shows a placeholder, and another handshake or leg.modify may bring it
 *      back. timeout: nothing received on any transport, not even RTCP or,
 *      while DTLS is up, consent, for the configured time; a transport none
 *      of whose media has recv (plain) or is on (webrtc), or that is of no
 *      relay, is not waited for,
 *      and has the whole time again afterwards. A plain one that sends to a
 *      host which was never heard has 20 s where the time is longer, whether
 *      it has recv or not.
 *
 *  relay     {leg, relay, carried:bool}
 *      What its far end sends, beyond the handshake with the other one, goes
 *      over the relay (true, once), or its transport is lost (false): consent
 *      has run out, or the other leg's transport has gone, or the consent for
 *      that. True again when it goes over again. At most four a second, of
 *      which the last is how it is; nothing of a transport that was described
 *      otherwise.
 *
 *  talking   {mix, leg, talking:bool}
 *
 *  speaker   {mix, leg}
 *      The active speaker, 0 = nobody.
 *
 *  said      {mix, leg?, number}
 *      What was asked for with that number (0: with none) has been said to its
 *      end, or could reach nobody for 5 s. Not of what was replaced.
 *
 *  dtmf      {leg, digit:"5", duration_ms}
 *      At most 32 a second.
 *
 *  video     {leg, receiving:bool, width, height}
 *      Camera came, went (2 s without a picture) or changed size, at most
 *      four a second. Only a camera that somebody sees is decoded: nothing is
 *      said of it while its leg is alone.
 *
 *
 * STATS
 *
 *  mixer {legs, mixes, packets_in, packets_out, bytes_in, bytes_out,
 *   discarded, ticks, ticks_missed, tick_late_us_p50, .._p99, .._max,
 *   renditions_audio, renditions_video, decoded_audio, cpu_user_ms,
 *   cpu_system_ms, requests:{count, p50_us, p99_us, max_us}}
 *
 *  and a leg {leg, mix, path:"udp"|"tcp",
 *   audio:{codec, codec_in, packets_in, packets_lost, jitter_ms,
 *    playout_delay_ms, concealed, level_dbov, packets_out, withheld,
 *    remote_loss, rtt_ms},
 *   video:{codec, codec_in, width_in, height_in, frames_in, packets_in,
 *    packets_lost, nacks_out, plis_out, plis_in, width, height, frames_out,
 *    packets_out, withheld, kbps_out, remb_kbps, remote_loss, rtt_ms,
 *    tier},
 *   relay:{relay, carried, packets_in, bytes_in, packets_out, held, policed}}
 *
 *  path is absent before there is one. audio, video and relay only where it
 *  has them; of a relay packets_in have come and packets_out went on to its
 *  far end; of packets_in held were held back as a moderator wills, of either
 *  leg, and policed were beyond kbps. relay 0: of none now.
 *  codec is what it is sent, codec_in
 *  what it sends (absent before its first packet); remote_loss is of 256, as
 *  it reports; tier 0 is the full bitrate of its size, 1 half, 2 a quarter;
 *  plis_in and plis_out count FIR, too; withheld are packets not sent because
 *  the host they were for has proved nothing (mixer/net/proof.h); level_dbov 0
 *  is the loudest, 127 silence. requests: what each cost the media thread since
 *  start, its answer included.
 */
/* clang-format on */
#ifndef PARLEY_MIXER_MP_PROTOCOL_H
#define PARLEY_MIXER_MP_PROTOCOL_H

enum {
	/** Version in "hello"; a focus refuses another major */
	MP_VERSION = 1,
	/** Largest datagram on the link, bytes; SO_SNDBUF must hold it */
	MP_MESSAGE_MAX = 128 * 1024,
	/** The descriptor that the focus hands to a mixer it starts */
	MP_LINK_FD = 3,
	/** A request that is not answered in this time has failed */
	MP_REPLY_DEADLINE_MS = 2000,
	/** Most transports or media sections of one leg */
	MP_MEDIA_MAX = 16,
};

#endif
