import type { HubProblems } from "../../../../lib/problems/hub-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { valueFault } from "../value-faults";

const KEPT = "已下载的部分会保留。";

export const hubProblems = {
  "config/no-model-repository": ({ path, kind }) => ({
    what: `${path} 是 Hub 的 ${kind}，不是模型。`,
    advice: "请输入模型仓库的名称。",
  }),
  "config/repository-name": ({ path }) => ({
    what: path === "" ? "没有填写仓库。" : `“${path}”不是仓库名称。`,
    advice: "请输入 HuggingFaceTB/SmolLM2-135M-Instruct 这样的名称，或粘贴其页面地址。",
  }),
  "config/revision": ({ revision }) => ({
    what: `“${revision}”不可能是分支、标签或提交。`,
    advice: "@ 后面写 main 这样的名称，或省略。",
  }),
  "config/endpoint": ({ typed, example }) => ({
    what: `“${typed}”不是 Hub 的地址。`,
    advice: `请输入 ${example} 这样的地址，或留空。`,
  }),
  "config/token-characters": () => ({
    what: "这不是访问令牌：其中有无效字符。",
    advice: "请重新复制令牌，不要带其他内容。",
  }),
  "config/token-unencrypted": ({ host }) => ({
    what: `访问令牌会以未加密的方式发送到 ${host}。`,
    advice: "请使用以 https 开头的地址，或不填令牌。",
  }),
  "config/no-owner": ({ path }) => ({
    what: path === "" ? "没有填写仓库。" : `“${path}”缺少所有者。`,
    advice: "请输入 owner/name，所有者为你的用户名或组织名。",
  }),
  "config/no-token": ({ hub }) => ({
    what: `发布到 ${hub} 需要访问令牌。`,
    advice: "请在那里创建一个可写入仓库的令牌并填入。",
  }),
  "network/push-refused": ({ repository, hub }) => ({
    what: `${hub} 不允许此访问令牌写入 ${repository}。`,
    advice: "请检查所有者名称，并允许令牌写入其仓库。",
  }),
  "network/push-conflict": ({ repository, hub }) => ({
    what: `${hub} 上的 ${repository} 正被他人修改。`,
    advice: "没有发布任何内容。请重新推送；已上传的文件不会重复上传。",
  }),
  "network/push-rejected": ({ hub, status, reason }) => ({
    what: `${hub} 拒绝了这些文件，状态码 ${status}${reason === "" ? "" : `：${reason.replace(/\.$/, "")}`}。`,
    advice: "没有发布任何内容。",
  }),
  "network/push-busy": ({ hub, status, retryAfterMs }) => {
    const minutes = retryAfterMs === null ? null : Math.max(1, Math.ceil(retryAfterMs / 60_000));
    const when = minutes === null ? "几分钟后" : `约 ${minutes} 分钟后`;
    return {
      what: status === 429 ? `${hub} 收到来自这里的请求过多。` : `${hub} 出现问题：返回状态码 ${status}。`,
      advice: `没有发布任何内容。请${when}重新推送；已上传的文件不会重复上传。`,
    };
  },
  "network/push-broken-off": ({ hub }) => ({
    what: `与 ${hub} 的连接多次中断。`,
    advice: "没有发布任何内容。请在网络好转后重新推送；已上传的文件不会重复上传。",
  }),
  "network/push-unknown": ({ repository, hub, page }) => ({
    what: `${hub} 正在发布 ${repository} 时连接中断。`,
    advice: `重新推送之前，请先在 ${page} 查看是否已发布。`,
  }),
  "network/gated": ({ repository, hub, page, hasToken }) => ({
    what: `需要先在 ${hub} 上接受 ${repository} 所有者的条款。`,
    advice: hasToken
      ? `请用此访问令牌的账号在 ${page} 接受条款，并允许令牌读取受限仓库。`
      : `请在 ${page} 接受条款，在那里创建访问令牌，并填入“访问令牌”。`,
  }),
  "network/token-refused": ({ hub }) => ({
    what: `${hub} 拒绝了访问令牌。`,
    advice: "请确认令牌复制完整、没有过期，并且可以读取此仓库。",
  }),
  "network/no-revision": ({ repository, hub, revision }) => ({
    what: `${hub} 上的 ${repository} 没有分支、标签或提交 ${revision}。`,
    advice: "去掉 @ 及其后的内容即可使用 main。",
  }),
  "network/file-gone": ({ repository, hub, path }) => ({
    what: `${hub} 上的 ${repository} 已没有文件 ${path}。`,
    advice: "请丢弃这次下载，重新开始。",
  }),
  "network/refused": ({ hub, asked, status }) => ({
    what: `${hub} 拒绝发送 ${asked}：返回状态 ${status}。`,
    advice: "请在浏览器中查看该仓库的页面，或换一个 Hub 地址。",
  }),
  "network/no-repository": ({ repository, hub, hasToken }) => ({
    what: `${hub} 上没有公开的模型 ${repository}。`,
    advice: hasToken
      ? "请检查名称；如果是私有的，访问令牌的账号必须有读取权限。"
      : "请检查名称；如果是私有的，请填写有读取权限的账号的访问令牌。",
  }),
  "network/too-many-requests": ({ hub, retryAfterMs }) => {
    const minutes = retryAfterMs === null ? null : Math.max(1, Math.ceil(retryAfterMs / 60_000));
    const when = minutes === null ? "几分钟后" : `约 ${minutes} 分钟后`;
    return {
      what: `${hub} 收到的来自此处的请求过多。`,
      advice: `请在${when}继续；${KEPT}使用访问令牌时限制更宽。`,
    };
  },
  "network/in-trouble": ({ hub, status }) => ({
    what: `${hub} 出现问题：返回状态 ${status}。`,
    advice: `请在几分钟后继续；${KEPT}`,
  }),
  "network/unreachable": ({ hub }) => ({
    what: `无法连接 ${hub}。`,
    advice: "请检查网络和 Hub 地址。内容拦截器或公司网络可能会阻止；镜像必须允许其他网页读取（CORS）。",
  }),
  "network/broken-off": ({ path }) => ({
    what: `下载 ${path} 时连接多次中断。`,
    advice: `网络好转后请继续；${KEPT}`,
  }),
  "network/offline": () => ({ what: "这台电脑没有联网。", advice: `网络恢复后请继续；${KEPT}` }),
  "network/no-hub": ({ hub, repository, fault }) => ({
    what: `${hub} 的应答不像模型 Hub${fault === null ? "" : `：关于 ${repository} 的信息${valueFault(fault)}`}。`,
    advice: "请检查 Hub 地址；留空即为 Hugging Face。",
  }),
  "format/wrong-size": ({ path, expectedBytes, found }) => ({
    what: `${path} 应有 ${expectedBytes} 字节，但服务器发送了 ${found}。`,
    advice: "服务器或镜像没有完整的文件：请换一个 Hub 地址。",
  }),
  "format/wrong-checksum": ({ path }) => ({
    what: `${path} 两次下载都已损坏：校验和与仓库不符。`,
    advice: "请稍后重试，或换一个 Hub 地址；损坏的文件不会保留。",
  }),
  "model/several-weights": ({ repository, count, index }) => ({
    what: `${repository} 有 ${count} 个 safetensors 文件而没有 ${index}，无法判断哪些属于模型。`,
    advice: "请自行下载属于同一模型的文件，拖到下面。",
  }),
  "model/file-missing-on-hub": ({ repository, name, isAdapter }) => ({
    what: `${repository} 缺少模型所需的 ${name}。`,
    advice: isAdapter
      ? "它是适配器：请在这里下载其基座模型，并在“导出”中加载适配器。"
      : "请在 Hub 上寻找此模型的其他版本，名称中常带有“safetensors”或“HF”。",
  }),
  "model/no-weights-on-hub": ({ repository, instead }) => {
    const only = instead === "gguf-parts" ? "分卷的 GGUF 文件" : instead?.path;
    const isPyTorch = /\.(bin|pt|pth)$/i.test(only ?? "");
    return {
      what: `${repository} 没有可读取的权重${only ? `，只有 ${only}` : ""}。`,
      advice: isPyTorch
        ? `PyTorch 的格式打开时可能会运行代码。请用 Python 转换一次：\`AutoModelForCausalLM.from_pretrained("${repository}").save_pretrained("converted")\`，再把该文件夹连同分词器文件拖到下面。`
        : "可以读取 *.safetensors 和完整的 *.gguf 文件：请在 Hub 上寻找此模型的其他版本。",
    };
  },
} satisfies Partial<ProblemTexts<HubProblems>>;
