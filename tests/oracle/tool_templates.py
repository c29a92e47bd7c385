"""Chat templates with tool calls, in the styles that models use.

`{% generation %}` marks the assistant's tokens for transformers; the studio ignores it.
"""

from __future__ import annotations

# Qwen 2.5's manner: tools in the system turn, calls as JSON between tags, results as a user's turn.
TAGS = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
    {{- '# Tools\\n<tools>' }}
    {%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}
    {{- '\\n</tools><|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {{- '<|im_start|>assistant\\n' }}
        {%- generation %}
        {%- if message.content %}{{- message.content }}{%- endif %}
        {%- for call in message.tool_calls or [] %}
            {%- if message.content or not loop.first %}{{- '\\n' }}{%- endif %}
            {{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
            {{- call.function.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>' }}
        {%- endgeneration %}
        {{- '\\n' }}
    {%- elif message.role == 'tool' %}
        {%- if loop.index0 == 0 or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""

# Mistral's manner: tools in front of the last question, calls as a list, ids that have to be there.
LIST = """{{- bos_token }}
{%- set ns = namespace(last=-1) %}
{%- for message in messages %}{%- if message.role == 'user' %}{%- set ns.last = loop.index0 %}{%- endif %}{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'system' %}
        {{- '[SYSTEM] ' + message.content }}
    {%- elif message.role == 'user' %}
        {%- if tools and loop.index0 == ns.last %}{{- '[AVAILABLE_TOOLS] ' + (tools | tojson) + '[/AVAILABLE_TOOLS]' }}{%- endif %}
        {{- '[INST] ' + message.content + '[/INST]' }}
    {%- elif message.role == 'tool' %}
        {%- if messages[loop.index0 - 1].role == 'assistant' and not messages[loop.index0 - 1].tool_calls %}
            {{- raise_exception('A result needs a call in front of it') }}
        {%- endif %}
        {%- if (message.tool_call_id | length) != 9 %}{{- raise_exception('Ids have nine characters') }}{%- endif %}
        {{- '[TOOL_RESULTS] {"content": ' + (message.content | tojson) + ', "id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- elif message.tool_calls %}
        {%- generation %}
        {{- '[TOOL_CALLS] [' }}
        {%- for call in message.tool_calls %}
            {{- '{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + ', "id": "' + call.id + '"}' }}
            {%- if not loop.last %}{{- ', ' }}{%- endif %}
        {%- endfor %}
        {{- ']' + eos_token }}
        {%- endgeneration %}
    {%- else %}
        {%- generation %}{{- ' ' + message.content + eos_token }}{%- endgeneration %}
    {%- endif %}
{%- endfor %}
"""

# Llama 3.1's manner: a call is the whole of a turn, under a role of its own its result.
HEADERS = """{{- bos_token }}
{%- if tools %}{{- '<|start|>system<|end|>\\n\\nTools: ' }}{%- for tool in tools %}{{- tool | tojson(indent=4) }}{{- '\\n\\n' }}{%- endfor %}{{- eos_token }}{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {{- '<|start|>assistant<|end|>\\n\\n' }}
        {%- generation %}
        {%- if message.tool_calls %}
            {%- if message.content %}{{- message.content }}{%- endif %}
            {%- for call in message.tool_calls %}
                {{- '{"name": "' + call.function.name + '", "parameters": ' }}{{- call.function.arguments | tojson }}{{- '}' }}
            {%- endfor %}
        {%- else %}{{- message.content | trim }}{%- endif %}
        {{- eos_token }}
        {%- endgeneration %}
    {%- else %}
        {{- '<|start|>' + ('ipython' if message.role == 'tool' else message.role) + '<|end|>\\n\\n' }}
        {{- message.content | trim }}{{- eos_token }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start|>assistant<|end|>\\n\\n' }}{%- endif %}
"""

TEMPLATES = {"tags": TAGS, "list": LIST, "headers": HEADERS}

ON_STYLES: dict[str, list[str]] = {
    "tags": ["qwen", "chatml"],
    "list": ["llama2", "llama3"],
    "headers": ["llama3", "llama2"],
}
