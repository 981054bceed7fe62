using Im.Core.Limits;
using Im.ServiceDefaults.Connections;
using Microsoft.Extensions.Options;

namespace Im.Web.Accounts;

/// <summary>The exports under way: one of an account, and a few of all.</summary>
internal sealed class Exports(IOptions<LimitOptions> limits)
{
    private readonly OpenCounts _running = new(limits.Value.MaxExports, mostOfOne: 1);

    public int Count => _running.Count;

    public Room TryBegin(Guid userId, out OpenPlace? place) => _running.TryEnter($"{userId:N}", out place);
}
