"""The keys of ``config.json`` as PicoClaw's newest known release has them (contract 5.3 to 5.5).

One line a key: path, type, default, environment variable. ``[]`` stands for each item of a list,
``*`` for each name of a map. ``-`` is the zero value of the type; ``=`` is the variable that the
path itself spells, ``PICOCLAW_GATEWAY_HOST`` for ``gateway.host``.
"""

CONFIG_KEYS = """
version                                      int
isolation.enabled                            bool
isolation.expose_paths[].source              string
isolation.expose_paths[].target              string
isolation.expose_paths[].mode                string
agents.defaults.workspace                    string - =
agents.defaults.restrict_to_workspace        bool true =
agents.defaults.allow_read_outside_workspace bool - =
agents.defaults.provider                     string - =
agents.defaults.model_name                   string - =
agents.defaults.model_fallbacks              strings
agents.defaults.image_model                  string - =
agents.defaults.image_model_fallbacks        strings
agents.defaults.max_tokens                   int 32768 =
agents.defaults.context_window               int - =
agents.defaults.temperature                  float - =
agents.defaults.max_tool_iterations          int 50 =
agents.defaults.summarize_message_threshold  int 20 =
agents.defaults.summarize_token_percent      int 75 =
agents.defaults.max_media_size               int - =
agents.defaults.routing.enabled              bool
agents.defaults.routing.light_model          string
agents.defaults.routing.threshold            float
agents.defaults.steering_mode                string "one-at-a-time" =
agents.defaults.max_parallel_turns           int - =
agents.defaults.subturn.max_depth            int
agents.defaults.subturn.max_concurrent       int
agents.defaults.subturn.default_timeout_minutes int
agents.defaults.subturn.default_token_budget int
agents.defaults.subturn.concurrency_timeout_sec int
agents.defaults.tool_feedback.enabled        bool - =
agents.defaults.tool_feedback.max_args_length int 300 =
agents.defaults.tool_feedback.separate_messages bool - =
agents.defaults.split_on_marker              bool - =
agents.defaults.context_manager              string - =
agents.defaults.context_manager_config       any - =
agents.defaults.turn_profile.enabled         bool
agents.defaults.turn_profile.history.mode    string
agents.defaults.turn_profile.history.allow   strings
agents.defaults.turn_profile.system_prompt.mode string
agents.defaults.turn_profile.system_prompt.allow strings
agents.defaults.turn_profile.skills.mode     string
agents.defaults.turn_profile.skills.allow    strings
agents.defaults.turn_profile.tools.mode      string
agents.defaults.turn_profile.tools.allow     strings
agents.defaults.max_llm_retries              int 2 =
agents.defaults.llm_retry_backoff_secs       int 2 =
agents.list[].id                             string
agents.list[].default                        bool
agents.list[].name                           string
agents.list[].workspace                      string
agents.list[].model                          model
agents.list[].skills                         strings
agents.list[].subagents.allow_agents         strings
agents.list[].subagents.model                model
agents.dispatch.rules[].name                 string
agents.dispatch.rules[].agent                string
agents.dispatch.rules[].when.channel         string
agents.dispatch.rules[].when.account         string
agents.dispatch.rules[].when.space           string
agents.dispatch.rules[].when.chat            string
agents.dispatch.rules[].when.topic           string
agents.dispatch.rules[].when.sender          string
agents.dispatch.rules[].when.mentioned       bool
agents.dispatch.rules[].session_dimensions   strings
session.dimensions                           strings ["chat"]
session.identity_links.*                     strings
session.dm_scope                             string
evolution.enabled                            bool
evolution.mode                               string "observe"
evolution.state_dir                          string
evolution.min_task_count                     int 2
evolution.min_success_ratio                  float 0.7
evolution.cold_path_trigger                  string "after_turn"
evolution.cold_path_times                    strings
evolution.min_case_count                     int
evolution.min_success_rate                   float
channel_list.*.enabled                       bool
channel_list.*.type                          string
channel_list.*.allow_from                    texts
channel_list.*.reasoning_channel_id          string
channel_list.*.group_trigger.mention_only    bool
channel_list.*.group_trigger.prefixes        strings
channel_list.*.typing.enabled                bool
channel_list.*.placeholder.enabled           bool
channel_list.*.placeholder.text              texts
channel_list.*.settings                      any
model_list[].model_name                      string
model_list[].provider                        string
model_list[].model                           string
model_list[].api_base                        string
model_list[].proxy                           string
model_list[].fallbacks                       strings
model_list[].auth_method                     string
model_list[].connect_mode                    string
model_list[].workspace                       string
model_list[].rpm                             int
model_list[].max_tokens_field                string
model_list[].request_timeout                 int
model_list[].thinking_level                  string
model_list[].tool_schema_transform           string
model_list[].streaming.enabled               bool
model_list[].extra_body.*                    any
model_list[].custom_headers.*                string
model_list[].api_keys                        secrets
model_list[].enabled                         bool
model_list[].user_agent                      string
gateway.host                                 string "localhost" =
gateway.port                                 int 18790 =
gateway.hot_reload                           bool - =
gateway.log_level                            string "warn" PICOCLAW_LOG_LEVEL
events.logging.enabled                       bool true =
events.logging.include                       strings ["agent.*"] =
events.logging.exclude                       strings - =
events.logging.min_severity                  string "info" =
events.logging.include_payload               bool - =
hooks.enabled                                bool true
hooks.defaults.observer_timeout_ms           int 500
hooks.defaults.interceptor_timeout_ms        int 5000
hooks.defaults.approval_timeout_ms           int 60000
hooks.builtins.*.enabled                     bool
hooks.builtins.*.priority                    int
hooks.builtins.*.config                      any
hooks.processes.*.enabled                    bool
hooks.processes.*.priority                   int
hooks.processes.*.transport                  string
hooks.processes.*.command                    strings
hooks.processes.*.dir                        string
hooks.processes.*.env.*                      string
hooks.processes.*.observe                    strings
hooks.processes.*.intercept                  strings
tools.allow_read_paths                       strings - =
tools.allow_write_paths                      strings - =
tools.filter_sensitive_data                  bool true =
tools.filter_min_length                      int 8 =
tools.web.enabled                            bool true =
tools.web.brave.enabled                      bool - =
tools.web.brave.api_keys                     secrets - =
tools.web.brave.max_results                  int 5 =
tools.web.tavily.enabled                     bool - =
tools.web.tavily.api_keys                    secrets - =
tools.web.tavily.base_url                    string - =
tools.web.tavily.max_results                 int 5 =
tools.web.kagi.enabled                       bool - =
tools.web.kagi.api_keys                      secrets - =
tools.web.kagi.base_url                      string "https://kagi.com/api/v1/search" =
tools.web.kagi.max_results                   int 5 =
tools.web.sogou.enabled                      bool true =
tools.web.sogou.max_results                  int 5 =
tools.web.duckduckgo.enabled                 bool - =
tools.web.duckduckgo.max_results             int 5 =
tools.web.gemini.enabled                     bool - =
tools.web.gemini.api_key                     secret - =
tools.web.gemini.model                       string "gemini-2.5-flash" =
tools.web.gemini.max_results                 int 5 =
tools.web.perplexity.enabled                 bool - =
tools.web.perplexity.api_keys                secrets - =
tools.web.perplexity.max_results             int 5 =
tools.web.searxng.enabled                    bool - =
tools.web.searxng.base_url                   string - =
tools.web.searxng.max_results                int 5 =
tools.web.glm_search.enabled                 bool - PICOCLAW_TOOLS_WEB_GLM_ENABLED
tools.web.glm_search.api_key                 secret - PICOCLAW_TOOLS_WEB_GLM_API_KEY
tools.web.glm_search.base_url                string "https://open.bigmodel.cn/api/paas/v4/web_search" PICOCLAW_TOOLS_WEB_GLM_BASE_URL
tools.web.glm_search.search_engine           string "search_std" PICOCLAW_TOOLS_WEB_GLM_SEARCH_ENGINE
tools.web.glm_search.max_results             int 5 PICOCLAW_TOOLS_WEB_GLM_MAX_RESULTS
tools.web.baidu_search.enabled               bool - PICOCLAW_TOOLS_WEB_BAIDU_ENABLED
tools.web.baidu_search.api_key               secret - PICOCLAW_TOOLS_WEB_BAIDU_API_KEY
tools.web.baidu_search.base_url              string "https://qianfan.baidubce.com/v2/ai_search/web_search" PICOCLAW_TOOLS_WEB_BAIDU_BASE_URL
tools.web.baidu_search.max_results           int 10 PICOCLAW_TOOLS_WEB_BAIDU_MAX_RESULTS
tools.web.provider                           string "auto" =
tools.web.prefer_native                      bool true =
tools.web.proxy                              string - =
tools.web.fetch_limit_bytes                  int 10485760 =
tools.web.format                             string "plaintext" =
tools.web.private_host_whitelist             texts - =
tools.cron.enabled                           bool true =
tools.cron.exec_timeout_minutes              int 5 =
tools.cron.allow_command                     bool true =
tools.exec.enabled                           bool true =
tools.exec.enable_deny_patterns              bool true =
tools.exec.allow_remote                      bool true =
tools.exec.custom_deny_patterns              strings - =
tools.exec.custom_allow_patterns             strings - =
tools.exec.timeout_seconds                   int 60 =
tools.skills.enabled                         bool true =
tools.skills.registries                      registries
tools.skills.registries[].name               string
tools.skills.registries[].enabled            bool
tools.skills.registries[].base_url           string
tools.skills.registries[].auth_token         secret
tools.skills.github.base_url                 string - =
tools.skills.github.token                    secret - =
tools.skills.github.proxy                    string - =
tools.skills.max_concurrent_searches         int 2 =
tools.skills.search_cache.max_size           int 50 PICOCLAW_SKILLS_SEARCH_CACHE_MAX_SIZE
tools.skills.search_cache.ttl_seconds        int 300 PICOCLAW_SKILLS_SEARCH_CACHE_TTL_SECONDS
tools.media_cleanup.enabled                  bool true PICOCLAW_MEDIA_CLEANUP_ENABLED
tools.media_cleanup.max_age_minutes          int 30 PICOCLAW_MEDIA_CLEANUP_MAX_AGE
tools.media_cleanup.interval_minutes         int 5 PICOCLAW_MEDIA_CLEANUP_INTERVAL
tools.mcp.enabled                            bool - =
tools.mcp.discovery.enabled                  bool - PICOCLAW_TOOLS_DISCOVERY_ENABLED
tools.mcp.discovery.ttl                      int 5 PICOCLAW_TOOLS_DISCOVERY_TTL
tools.mcp.discovery.max_search_results       int 5 PICOCLAW_MAX_SEARCH_RESULTS
tools.mcp.discovery.use_bm25                 bool true PICOCLAW_TOOLS_DISCOVERY_USE_BM25
tools.mcp.discovery.use_regex                bool - PICOCLAW_TOOLS_DISCOVERY_USE_REGEX
tools.mcp.max_inline_text_chars              int 16384 =
tools.mcp.servers.*.enabled                  bool
tools.mcp.servers.*.deferred                 bool
tools.mcp.servers.*.command                  string
tools.mcp.servers.*.args                     strings
tools.mcp.servers.*.env.*                    string
tools.mcp.servers.*.env_file                 string
tools.mcp.servers.*.type                     string
tools.mcp.servers.*.url                      string
tools.mcp.servers.*.headers.*                string
tools.append_file.enabled                    bool true =
tools.edit_file.enabled                      bool true =
tools.find_skills.enabled                    bool true =
tools.i2c.enabled                            bool - =
tools.install_skill.enabled                  bool true =
tools.list_dir.enabled                       bool true =
tools.load_image.enabled                     bool true =
tools.message.enabled                        bool true =
tools.message.media_enabled                  bool - =
tools.read_file.enabled                      bool true
tools.read_file.mode                         string "bytes"
tools.read_file.max_read_file_size           int 65536
tools.serial.enabled                         bool - =
tools.send_file.enabled                      bool true =
tools.send_tts.enabled                       bool - =
tools.spawn.enabled                          bool true =
tools.spawn_status.enabled                   bool - =
tools.spi.enabled                            bool - =
tools.subagent.enabled                       bool true =
tools.web_fetch.enabled                      bool true =
tools.write_file.enabled                     bool true =
heartbeat.enabled                            bool true =
heartbeat.interval                           int 30 =
devices.enabled                              bool - =
devices.monitor_usb                          bool true =
voice.model_name                             string - =
voice.tts_model_name                         string - =
voice.echo_transcription                     bool - =
voice.elevenlabs_api_key                     string - =
build_info.version                           string
build_info.git_commit                        string
build_info.build_time                        string
build_info.go_version                        string
"""  # noqa: E501 - one line a key

NEWER_KEYS = """
agents.defaults.turn_profile
agents.defaults.max_llm_retries
agents.defaults.llm_retry_backoff_secs
session.dm_scope
evolution
events
model_list[].tool_schema_transform
model_list[].streaming
tools.web.kagi
tools.web.gemini
tools.load_image
tools.message.media_enabled
tools.serial
"""
"""What releases before v0.2.8 do not know, and hence ignore."""

CHANNEL_SETTINGS = """
dingtalk.client_id                           string - =
dingtalk.client_secret                       secret - =
discord.token                                secret - =
discord.proxy                                string - =
discord.mention_only                         bool - =
feishu.app_id                                string - =
feishu.app_secret                            secret - =
feishu.encrypt_key                           secret - =
feishu.verification_token                    secret - =
feishu.random_reaction_emoji                 texts - =
feishu.is_lark                               bool - =
irc.server                                   string - =
irc.tls                                      bool - =
irc.nick                                     string - =
irc.user                                     string - =
irc.real_name                                string
irc.password                                 secret - =
irc.nickserv_password                        secret - =
irc.sasl_user                                string - =
irc.sasl_password                            secret - =
irc.channels                                 texts - =
irc.request_caps                             texts
line.channel_secret                          secret - =
line.channel_access_token                    secret - =
line.webhook_host                            string - =
line.webhook_port                            int - =
line.webhook_path                            string - =
maixcam.host                                 string - =
maixcam.port                                 int - =
matrix.homeserver                            string - =
matrix.user_id                               string - =
matrix.access_token                          secret - =
matrix.device_id                             string
matrix.join_on_invite                        bool
matrix.message_format                        string
matrix.crypto_database_path                  string
matrix.crypto_passphrase                     string
mqtt.broker                                  string - =
mqtt.agent_id                                string - =
mqtt.topic_prefix                            string - =
mqtt.username                                secret - =
mqtt.password                                secret - =
mqtt.client_id                               string - =
mqtt.keep_alive                              int - =
mqtt.qos                                     int - =
onebot.ws_url                                string - =
onebot.access_token                          secret - =
onebot.reconnect_interval                    int - =
onebot.group_trigger_prefix                  strings - =
pico.token                                   secret - =
pico.allow_token_query                       bool
pico.allow_origins                           strings
pico.streaming.enabled                       bool
pico.streaming.throttle_seconds              int
pico.streaming.min_growth_chars              int
pico.ping_interval                           int
pico.read_timeout                            int
pico.write_timeout                           int
pico.max_connections                         int
pico_client.url                              string - =
pico_client.token                            secret - =
pico_client.session_id                       string
pico_client.ping_interval                    int
pico_client.read_timeout                     int
qq.app_id                                    string - =
qq.app_secret                                secret - =
qq.max_message_length                        int - =
qq.max_base64_file_size_mib                  int - =
qq.send_markdown                             bool - =
slack.bot_token                              secret - =
slack.app_token                              secret - =
slack_webhook.webhooks.*.webhook_url         secret
slack_webhook.webhooks.*.username            string
slack_webhook.webhooks.*.icon_emoji          string
teams_webhook.webhooks.*.webhook_url         secret
teams_webhook.webhooks.*.title               string
telegram.token                               secret - =
telegram.base_url                            string - =
telegram.proxy                               string - =
telegram.streaming.enabled                   bool
telegram.streaming.throttle_seconds          int
telegram.streaming.min_growth_chars          int
telegram.use_markdown_v2                     bool - =
telegram.media_group_delay_ms                int - =
vk.token                                     secret - =
vk.group_id                                  int - =
wecom.bot_id                                 string - BOT_ID
wecom.secret                                 secret - SECRET
wecom.websocket_url                          string - WEBSOCKET_URL
wecom.send_thinking_message                  bool - SEND_THINKING_MESSAGE
wecom.streaming.enabled                      bool
wecom.streaming.throttle_seconds             int
wecom.streaming.min_growth_chars             int
weixin.token                                 secret - =
weixin.account_id                            string - =
weixin.base_url                              string - =
weixin.cdn_base_url                          string - =
weixin.proxy                                 string - =
whatsapp.bridge_url                          string - =
whatsapp.use_native                          bool - =
whatsapp.session_store_path                  string - =
whatsapp_native.bridge_url                   string - PICOCLAW_CHANNELS_WHATSAPP_BRIDGE_URL
whatsapp_native.use_native                   bool - PICOCLAW_CHANNELS_WHATSAPP_USE_NATIVE
whatsapp_native.session_store_path           string - PICOCLAW_CHANNELS_WHATSAPP_SESSION_STORE_PATH
"""
"""What ``settings`` of a channel holds, below its type; ``=`` begins ``PICOCLAW_CHANNELS_``."""
