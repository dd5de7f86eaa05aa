"""Why a happening is refused, in words. A refusal changes nothing."""

from engine.problems import Code

STALE = Code(
    "flow.stale",
    zh="这一步已经有变化，刚才的操作没有生效",
    en="This step has changed meanwhile; nothing was done",
    hint_zh="刷新后看看现在轮到谁",
    hint_en="Refresh and see whose turn it is now",
)
ENDED = Code(
    "flow.ended",
    zh="流程已经结束",
    en="This flow has ended",
    hint_zh="需要时请重新发起",
    hint_en="Start it again if it is still needed",
)
SPINS = Code(
    "flow.spins",
    zh="这里转了 {count} 圈，中间没有任何等待，已停下",
    en="It went round here {count} times without ever waiting, and was stopped",
    hint_zh="在循环里加一个等待或退出条件，发布后把流程转到别的步骤或取消",
    hint_en="Add a wait or a way out to the loop; then send the flow elsewhere, or cancel it",
)
PAUSED = Code(
    "flow.paused",
    zh="流程已暂停",
    en="This flow is paused",
    hint_zh="请先恢复流程",
    hint_en="Resume it first",
)
NOT_PAUSED = Code(
    "flow.not_paused",
    zh="流程没有暂停",
    en="This flow is not paused",
    hint_zh="刷新后再看",
    hint_en="Refresh and look again",
)
NO_TASK = Code(
    "flow.no_task",
    zh="这个待办已经不在了",
    en="This task is no longer there",
    hint_zh="可能已由他人处理或被撤回，刷新待办列表",
    hint_en="Somebody else may have done it, or it was withdrawn; refresh your tasks",
)
TASK_ENDED = Code(
    "flow.task_ended",
    zh="这个待办已经处理过了",
    en="This task has already been dealt with",
    hint_zh="刷新待办列表",
    hint_en="Refresh your tasks",
)
NOT_OFFERED = Code(
    "flow.not_offered",
    zh="您现在不能对这个待办做“{action}”",
    en="You cannot do “{action}” with this task now",
    hint_zh="刷新后看看现在能做什么",
    hint_en="Refresh and see what can be done now",
)
NOT_DUE = Code(
    "flow.not_due",
    zh="时间还没有到",
    en="The time has not come yet",
    hint_zh="到 {at} 再执行",
    hint_en="It is due at {at}",
)
NOT_WAITING = Code(
    "flow.not_waiting",
    zh="这里没有在等这件事",
    en="Nothing waits for this here",
    hint_zh="刷新后看看流程停在哪里",
    hint_en="Refresh and see where the flow stands",
)
NODE_GONE = Code(
    "flow.node_gone",
    zh="当前版本里已没有节点“{node}”",
    en="This version has no node “{node}” any more",
    hint_zh="把流程转到其他节点，或恢复该节点后重试",
    hint_en="Let the flow jump to another node, or bring the node back and try again",
)
TOO_MANY_TOKENS = Code(
    "flow.too_many_tokens",
    zh="同时进行的分支超过 {most} 个",
    en="More than {most} branches would run at once",
    hint_zh="给循环设置同时进行的上限，或分批处理",
    hint_en="Limit how many items run at once, or work in batches",
)
RAISED = Code(
    "flow.raised",
    zh="流程里报告了错误“{code}”，没有节点处理它",
    en="The flow raised the error “{code}” and no node deals with it",
    hint_zh="在区域上加一个“出错时”的边界，或处理后重试",
    hint_en="Add an error boundary to the region, or mend the cause and try again",
)
CALCULATION = Code(
    "flow.calculation",
    zh="“{place}”的公式算不出结果（{why}）",
    en="The formula at “{place}” gives no result ({why})",
    hint_zh="检查用到的值是否为空，或除数是否为 0",
    hint_en="See whether a value it uses is blank, or a divisor 0",
)
NO_RECORD = Code(
    "flow.no_record",
    zh="“{name}”现在没有对应的记录",
    en="There is no record that “{name}” stands for",
    hint_zh="记录可能已被删除，或前面的节点没有创建它",
    hint_en="It may have been deleted, or no earlier node has made it",
)
NO_WAY = Code(
    "flow.no_way",
    zh="没有一个分支的条件成立",
    en="No branch's condition holds",
    hint_zh="加一个“其他情况”的分支",
    hint_en="Add an “otherwise” branch",
)
TOO_OFTEN = Code(
    "flow.too_often",
    zh="循环超过了 {most} 次",
    en="The loop has run more than {most} times",
    hint_zh="检查循环的条件，或调高上限",
    hint_en="Check the loop's condition, or raise its limit",
)
EFFECT_FAILED = Code(
    "flow.effect_failed",
    zh="对外发送没有成功：{why}",
    en="What was sent out did not succeed: {why}",
    hint_zh="查看对外记录，修正后重试",
    hint_en="Look at the outbox, mend the cause and try again",
)
CHILD_FAILED = Code(
    "flow.child_failed",
    zh="被调用的流程以“{outcome}”结束",
    en="The called flow ended as “{outcome}”",
    hint_zh="打开被调用的流程查看原因",
    hint_en="Open the called flow to see why",
)
UNKNOWN_ACTION = Code(
    "flow.unknown_action",
    zh="流程没有“{action}”这个操作",
    en="There is no action “{action}” on a flow",
    hint_zh="可用的操作：{known}",
    hint_en="Known actions: {known}",
)
NOT_ENDED = Code(
    "flow.not_ended",
    zh="这个流程还在进行，不用重新打开",
    en="This flow still runs and need not be opened again",
    hint_zh="请刷新页面；要换一步可用“转到其他步骤”",
    hint_en="Reload the page; to go elsewhere use “Go to another step”",
)
IS_CALLED = Code(
    "flow.is_called",
    zh="这是另一个流程的一部分，不能单独重新打开",
    en="This is a part of another flow and cannot be opened again by itself",
    hint_zh="请打开调用它的流程，从那里重新执行",
    hint_en="Open the flow that called it, and run it again from there",
)
CANNOT_JUMP = Code(
    "flow.cannot_jump",
    zh="不能转到“{node}”：从那里流程走不到结束",
    en="The flow cannot go to “{node}”: it could not finish from there",
    hint_zh="选择列表里的其他节点",
    hint_en="Choose another of the nodes offered",
)
NOT_IN_REGION = Code(
    "flow.not_in_region",
    zh="“{node}”在另一个区域里，不能直接转过去",
    en="“{node}” is in another region and cannot be gone to directly",
    hint_zh="选择同一区域里的节点",
    hint_en="Choose a node of the same region",
)
NO_PEOPLE = Code(
    "flow.no_people",
    zh="没有找到可以分配的人",
    en="Nobody was found to give this to",
    hint_zh="检查角色里有没有在职人员，或设置“没有人时”的去向",
    hint_en="See whether the role has active people, or say what to do if there is nobody",
)
SCRIPT_FAILED = Code(
    "flow.script_failed",
    zh="脚本没有成功：{why}",
    en="The script did not succeed: {why}",
    hint_zh="打开脚本节点检查",
    hint_en="Open the script node and check it",
)
