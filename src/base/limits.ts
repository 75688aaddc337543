/**
 * Every bound of the product, each with its reason. Nothing in Holdfast grows without one.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** Records kept per list in analytics and in the signal model (design, section 1). */
export const RECORDS_KEPT_MAX = 10_000;
/** A wall-clock autosave: what a restart has to replay stays small. */
export const CHECKPOINT_INTERVAL_MS = 5 * MINUTE_MS;
/** Steps between checkpoints: 50,000 replay in about half a second. */
export const CHECKPOINT_STEPS_MAX = 50_000;
/** Journal bytes (one copy) between checkpoints: keeps the directory below its 50 MB. */
export const CHECKPOINT_JOURNAL_BYTES_MAX = 8 * 1024 * 1024;
/** Segments that a start writes anew instead of a checkpoint: one by each start since the last. */
export const TAIL_SEGMENTS_MAX = 8;
/** Complete sets of state files kept: the current one and one to fall back on. */
export const GENERATIONS_KEPT_MIN = 2;
/** With `keep_history`: steps between two checkpoints that are kept, and so to fold to any step. */
export const HISTORY_STEPS = 100_000;
/** In a crash loop young generations are kept, but not without end. */
export const GENERATIONS_KEPT_MAX = 16;
/** A checkpoint made on open never evicts a generation younger than this. */
export const GENERATION_YOUNG_MS = 5 * MINUTE_MS;
/** The longest journal line: a step with several trades and labels is a few kB. */
export const LINE_BYTES_MAX = 4 * 1024 * 1024;
/** The largest state file that is read, before and after decompression. */
export const STATE_FILE_BYTES_MAX = 512 * 1024 * 1024;
/** JSON text of a state file, unpacked: 64 symbols with all their labels open are 50 MB. */
export const STATE_TEXT_BYTES_MAX = 128 * 1024 * 1024;
/** Values in it: of empty objects alone they would fill a gigabyte of memory. */
export const STATE_VALUES_MAX = 16 * 1024 * 1024;
/** The last step: names of journal files have twelve digits. At one a second 31,000 years. */
export const STEP_MAX = 999_999_999_000;
/** A learned blob (trained weights). */
export const BLOB_BYTES_MAX = 256 * 1024 * 1024;
/** The state directory warns above this size (quarantine aside). */
export const DIRECTORY_WARN_BYTES = 50 * 1024 * 1024;
/** Housekeeping: prune, compress, drop old generations. */
export const CLEANUP_INTERVAL_MS = 30 * MINUTE_MS;
/** The first scrub after a start, which has itself read everything. */
export const SCRUB_DELAY_MS = 10 * MINUTE_MS;
/** Log files: the current one and its predecessors. */
export const LOG_FILE_BYTES_MAX = 2 * 1024 * 1024;
export const LOG_FILES_KEPT_MAX = 3;
/** Symbols of one directory: a step stays well under a millisecond. */
export const SYMBOLS_MAX = 64;
/** Segments that wait for those who are told of them, packed: weeks of a running bot. */
export const UNTOLD_BYTES_MAX = 16 * 1024 * 1024;
/** Labelled sequences kept in the deep signal model: 1 kB each, 4 MB a state file. */
export const SEQUENCES_KEPT_MAX = 4_000;
/** Feature rows kept per symbol for the sequence model. */
export const SEQUENCE_ROWS = 32;
/** Labels open at once per symbol. */
export const PENDING_LABELS_MAX = 512;
/** Default funding interval where no file tells the settlement times. */
export const FUNDING_INTERVAL_MS = 8 * HOUR_MS;
/** A recorded market without a candle for this long, and for this many candles, has ended. */
export const MARKET_SILENT_MS = 7 * DAY_MS;
export const MARKET_SILENT_CANDLES = 20;
/** Settlements that one candle may bring: 18 years of them at 8 h, and still one journal line. */
export const SETTLEMENTS_MAX = 20_000;
/** Two Ctrl+C within this time are one press (npm passes it on a second time). */
export const SAME_PRESS_MS = 1000;
/** A bot that holds a directory and does not answer is starting or stopping: so long it is asked. */
export const CONTROL_PATIENCE_MS = 3000;
export const CONTROL_RETRY_MS = 100;
/** Unpacked at a time: by the 16 kB of Node, joining the pieces takes longer than unpacking them. */
export const UNPACK_CHUNK_BYTES = 4 * 1024 * 1024;
/** A journal segment, unpacked: a checkpoint rotates it long before; bounds what a scan loads. */
export const JOURNAL_SEGMENT_BYTES_MAX = 256 * 1024 * 1024;
/** Unsynced steps a journal gathers before it writes them (a tape at full speed). */
export const JOURNAL_GATHER_BYTES_MAX = 256 * 1024;
/** Notes about the running: the current file; one more of that size is kept. */
export const NOTES_FILE_BYTES_MAX = 1024 * 1024;
/** A config file: a hundred keys with comments are a tenth of it. */
export const CONFIG_BYTES_MAX = 1024 * 1024;
/** Journal lines in one object of a backup place; a single longer line goes alone. */
export const SHIPPED_BYTES_MAX = 4 * 1024 * 1024;
/** Continuous backups look so often for new lines, and ship them when so many or so old. */
export const SHIP_LOOK_MS = 500;
export const SHIP_AFTER_MS = 2 * SECOND_MS;
export const SHIP_BYTES = 256 * 1024;
/** Shipped objects are joined to about this size, packed: a store bills and lists by the object. */
export const SHIPPED_PACKED_BYTES = 256 * 1024;
/** A part of a large object on its way to a store: a dropped connection costs one of them. */
export const UPLOAD_PART_BYTES = 8 * 1024 * 1024;
/** A catalogue lists ten files; its hash, and no more, is believed. */
export const CATALOGUE_BYTES_MAX = 1024 * 1024;
/** All files of a backup as they are declared: more is no directory of ours. */
export const BACKUP_BYTES_MAX = 2 * 1024 * 1024 * 1024;
/** What no backup lists may belong to one that is just being made: so long it is left. */
export const BACKUP_ORPHAN_MS = HOUR_MS;
/** Continuous backups without `every`: how long a restore has to replay. */
export const BACKUP_INTERVAL_MS = HOUR_MS;
/** After a failed backup the next is tried so soon. */
export const BACKUP_RETRY_MS = MINUTE_MS;
/** A request to a store. */
export const STORE_CONNECT_MS_MAX = 10 * SECOND_MS;
export const STORE_ANSWER_MS_MAX = 60 * SECOND_MS;
export const STORE_ATTEMPTS_MAX = 5;
/** Fills are asked for again this far back: a venue may tell of one later than of its successor. */
export const FILL_OVERLAP_MS = 2 * MINUTE_MS;
/** Where nothing was filled or settled for long, no longer back than this before the last answer. */
export const ASKED_OVERLAP_MS = DAY_MS;
/** A venue that has not known an order for this long never had it: longer than a request can live. */
export const NOT_FOUND_AFTER_MS = 15 * SECOND_MS;
/** Rounds at the desk of a live account: while something is on its way, else, and with no answer. */
export const EAGER_ROUND_MS = 300;
export const ROUND_MS = 2 * SECOND_MS;
export const ROUND_SLOWEST_MS = 30 * SECOND_MS;
/**
 * After a round that a stream rang for, the next one that it rings for: a stream that talks without
 * end makes no more than twice the rounds of quiet times, whatever each of them costs.
 */
export const HINT_REST_MS = ROUND_MS / 2;
/** The same while a stop or an order waits: five refusals in a row fit into a stop's ten seconds. */
export const EAGER_SLOWEST_MS = ROUND_MS;
/** Everything is compared with the venue this often. */
export const RECONCILE_MS = 3 * MINUTE_MS;
/** What a venue's rounding of an open position's entry price may show: 0.01 of the quote currency. */
export const BALANCE_SLACK = 1_000_000;
/**
 * With nothing held: what rounding to our units may have left of each fill, its settlements
 * included. Exchanges count in ten digits and more; ours are eight.
 */
export const FILL_ROUNDING = 10;
/** Orders of others that are remembered as told of, of each symbol: no exchange lets more wait. */
export const ORPHANS_KEPT_MAX = 200;
/** Names of orders that were asked for: what is forgotten is asked for again. */
export const NAMES_KEPT_MAX = 2000;
/** So many of one pair are asked for at a time: each stands in the way of what other pairs ask. */
export const NAMES_AT_ONCE = 8;
/** A request to an exchange: what has no answer by then is in doubt. */
export const EXCHANGE_ANSWER_MS_MAX = 10 * SECOND_MS;
/** An exchange that cannot be reached at the start is asked so often before the bot gives up. */
export const EXCHANGE_ATTEMPTS_MAX = 4;
/** While its history is fetched: about three minutes of an outage are waited out. */
export const HISTORY_ATTEMPTS_MAX = 10;
/** Waits between attempts at an exchange: the first, and what they grow to. */
export const EXCHANGE_RETRY_MS_MIN = SECOND_MS;
export const EXCHANGE_RETRY_MS_MAX = 30 * SECOND_MS;
/** Candles an exchange is asked for at a time: KuCoin gives no more. */
export const CANDLE_PAGE_ROWS = 200;
/** A candle that was asked for is believed so long after its end: exchanges book late trades. */
export const CANDLE_SETTLE_MS = 2 * SECOND_MS;
/** The longest wait for the candle of a silent symbol, once another symbol's is there. */
export const CANDLE_SILENT_MS = 15 * SECOND_MS;
/** Nothing is decided on a candle that closed longer ago (of short candles half their length). */
export const CANDLE_LATE_MS = MINUTE_MS;
/** Missed candles of a symbol that are fetched: two weeks of minutes. What is older is a gap. */
export const BACKFILL_CANDLES_MAX = 20_160;
/** Candles of a stream that wait to be taken, per symbol: a training may keep the loop for long. */
export const STREAM_CANDLES_MAX = 240;
/** So often an exchange is asked for its time: while nothing else tells it, and for drift. */
export const EXCHANGE_TIME_MS_MIN = 2 * SECOND_MS;
export const EXCHANGE_TIME_MS_MAX = 10 * MINUTE_MS;
/** A feed that waits gives whoever reads a turn so often. */
export const FEED_TURN_MS = SECOND_MS;
/** A start waits this long for its account to be reached and compared; then it says so. */
export const MEETING_MS_MAX = 2 * MINUTE_MS;
/** A difference between the venue and what is known here has to last: its lists lag behind each other. */
export const DIFFERENCE_MS = MINUTE_MS;
/** A fill may be told of so much later than its order's end. */
export const FILLS_LATE_MS = MINUTE_MS;
/** Fills of a stop that ended: so long its leg waits for them before it is placed anew. */
export const STOP_FILLS_LATE_MS = 10 * SECOND_MS;
/**
 * While others are asked for: a stop that is missing is asked for again, and pairs that have their
 * answers are looked after again, as often.
 */
export const MISSING_AGAIN_MS = SECOND_MS;
/** A position without its stop for so long is told of. */
export const BARE_TOLD_MS = 10 * SECOND_MS;
/** A stop that a venue that answers does not take for this long: its position is left. */
export const STOP_GIVEN_UP_MS = 30 * SECOND_MS;
/** An entry is sized for the price at its candle's close: later than this it is not sent. */
export const ENTRY_SENT_WITHIN_MS = MINUTE_MS;
/** A balance that differs is looked at again so soon. */
export const BALANCE_AGAIN_MS = 5 * SECOND_MS;
/** Where nothing of ours is on its way, lots that are there are another's. */
export const STRANGE_LOTS_MS = 5 * SECOND_MS;
/** While every position is to be closed: an exit that was given up is followed by another after this. */
export const FLAT_AGAIN_MS = 10 * SECOND_MS;
/** Candles of a symbol that a dashboard's chart begins with: five days of five minutes. */
export const CHART_CANDLES_MAX = 1500;
/** Entries, exits and stops on it. */
export const CHART_MARKS_MAX = 2000;
/** The last outcomes, by which a model's calibration is judged. */
export const OUTCOMES_JUDGED_MAX = 1000;
/** Lines of the dashboard's log. */
export const NEWS_KEPT_MAX = 200;
/** A dashboard is told so often what is new, and so often while nobody looks. */
export const DASHBOARD_CHANGE_MS = 250;
export const DASHBOARD_IDLE_MS = 2 * SECOND_MS;
/** Candles in one change beyond which nobody sees each: the next is told after a second. */
export const DASHBOARD_CANDLES_FAST = 200;
/** Who looks at a market of long candles is told so often that the bot is there. */
export const DASHBOARD_REFRESH_MS = 30 * SECOND_MS;
/** What is asked for by itself is made again at most so often. */
export const DASHBOARD_VIEW_MS = 2 * SECOND_MS;
/** What is asked of the bot is given up after so long; an action that it has in hand, after so long. */
export const DASHBOARD_ANSWER_MS_MAX = 10 * SECOND_MS;
export const DASHBOARD_ACTION_MS_MAX = 80 * SECOND_MS;
/** A bot that said nothing to its dashboard for so long is not well. */
export const DASHBOARD_SILENCE_MS = 10 * SECOND_MS;
/** So long the last candles are looked for in the journal. */
export const DASHBOARD_PAST_MS = 2 * SECOND_MS;
/** An ended bot waits so long for its dashboard to say so. */
export const DASHBOARD_CLOSE_MS = 2 * SECOND_MS;
/** Streams open at once; one more is refused. */
export const STREAMS_MAX = 64;
/** Changes that are kept for a stream that was cut, and what they may weigh. */
export const STREAM_CHANGES_MAX = 512;
export const STREAM_CHANGES_BYTES_MAX = 16 * 1024 * 1024;
/** What may wait for a client that reads too slowly; then it is cut, and resumes. */
export const STREAM_BUFFER_BYTES_MAX = 1024 * 1024;
/** What was written to the streams has so long to leave at the end. */
export const STREAM_CLOSE_MS = SECOND_MS / 2;
/** A beat on a silent stream, so that neither end takes it for dead. */
export const STREAM_BEAT_MS = 15 * SECOND_MS;
/** Ports that are tried from the wanted one on. */
export const WEB_PORTS_MAX = 20;
/** What a client may send, and how long it may take. */
export const WEB_BODY_BYTES_MAX = 4096;
export const WEB_HEADER_BYTES_MAX = 16_384;
export const WEB_REQUEST_MS_MAX = 10 * SECOND_MS;
/** Connections open at once: every stream and what a page loads beside it. */
export const WEB_CONNECTIONS_MAX = 256;
/** Of one client, in a minute. */
export const WEB_REQUESTS_MAX = 600;
export const WEB_ACTIONS_MAX = 10;
export const WEB_WRONG_TOKENS_MAX = 5;
/** A wrong token is answered after so long, while no more than so many wait. */
export const WEB_WRONG_TOKEN_MS = SECOND_MS;
export const WEB_WRONG_WAITING_MAX = 64;
/** Clients whose requests are counted, and sessions that are signed in: more are forgotten. */
export const WEB_CLIENTS_MAX = 1000;
export const WEB_SESSIONS_MAX = 100;
export const WEB_SESSION_MS = 12 * HOUR_MS;
/** Rows of a page of trades. */
export const TRADE_PAGE_ROWS_MAX = 500;
/** Journal lines that are read at a time to tell of them: what is told is a small part. */
export const TAIL_BYTES_MAX = 1024 * 1024;
/** A request to a webhook or to Telegram; a long poll may take its own time on top. */
export const NOTIFY_ANSWER_MS_MAX = 10 * SECOND_MS;
export const NOTIFY_POLL_MS = 25 * SECOND_MS;
/** Waits between attempts grow from the first to the last, each a random share of it. */
export const NOTIFY_RETRY_MS_MIN = SECOND_MS;
export const NOTIFY_RETRY_MS_MAX = 5 * MINUTE_MS;
/** No receiver may ask for more patience than this. */
export const NOTIFY_RETRY_AFTER_MS_MAX = HOUR_MS;
/** A bot that stops sends what waits for so long. */
export const NOTIFY_STOP_MS_MAX = 5 * SECOND_MS;
/** So often the notes are looked at for another one. */
export const NOTIFY_LOOK_MS = SECOND_MS;
/** Between two looks at the journal: each reads its newest segment, beside a tape at full speed. */
export const NOTIFY_PAUSE_MS = 300;
/** Steps, and time, in which nothing is to be told until a cursor moves over them. */
export const NOTIFY_QUIET_STEPS = 10_000;
export const NOTIFY_QUIET_MS = 30 * SECOND_MS;
/** Trouble with a venue that goes on is told of anew where it is warned of after this time. */
export const NOTIFY_VENUE_AGAIN_MS = 10 * MINUTE_MS;
/** Events that were given up: the current file, and one more of that size. */
export const NOTIFY_UNDELIVERED_BYTES_MAX = 1024 * 1024;
/** Steps that a chat ordered and was answered about, until their events come by: one a command. */
export const CHAT_STEPS_KEPT_MAX = 100;
/** A command in a chat is done within this time, or not at all. */
export const CHAT_COMMAND_MS_MAX = MINUTE_MS;
/** What Telegram takes as one message. */
export const CHAT_MESSAGE_CHARS_MAX = 4096;
/** Chats that are told. */
export const CHATS_MAX = 16;
