using Im.Core.Data;
using Im.Core.Messages;
using Im.Protocol;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Im.Core.Limits;

/// <summary>How many direct conversations a user may begin: a message that would be the first of one takes a token of the account's, however often it is sent again.</summary>
public sealed class NewConversations(IConversationStore conversations, ISharedBuckets buckets, IOptions<LimitOptions> options) : IDisposable
{
    private const int MaxRemembered = 100_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromHours(1);

    private readonly MemoryCache _begun = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });

    /// <summary>Null: go on; else not now, and again after this time. Costs a look into memory where there is such a conversation.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async ValueTask<TimeSpan?> BeginAsync(Guid from, Guid to, CancellationToken cancellationToken = default)
    {
        var conversation = ConversationId.Direct(from, to);
        if (await conversations.FindPeerAsync(conversation, from, cancellationToken) is not null || _begun.TryGetValue((conversation, from), out _))
            return null;
        if (await buckets.TakeAsync("conversations", $"{from:N}", options.Value.NewConversations, 1) is { } wait)
            return wait;
        _begun.Set((conversation, from), true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RememberedFor });
        return null;
    }

    public void Dispose() => _begun.Dispose();
}
