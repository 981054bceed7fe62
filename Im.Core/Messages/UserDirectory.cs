using Im.Core.Data;
using Im.Protocol;
using Microsoft.Extensions.Caching.Memory;

namespace Im.Core.Messages;

/// <summary>Accounts from Postgres, up to 10,000 of them remembered. The question is remembered, not the answer: many who ask at once share it, and an invalidation also drops one under way.</summary>
internal sealed class UserDirectory(StoreReader reader) : IUserDirectory, IDisposable
{
    private const int MaxRememberedUsers = 10_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(30);

    private readonly GatheredQuery<UserInfo> _question = new(
        reader, $"SELECT {UserRow.Columns}, is_admin FROM users u WHERE id = ANY ($1) AND erased_at IS NULL",
        row => UserRow.Read(row, 0) with { Admin = row.GetBoolean(UserRow.Count) ? true : null });

    private readonly MemoryCache _users = new(new MemoryCacheOptions { SizeLimit = MaxRememberedUsers });

    public async Task<UserInfo?> FindAsync(Guid userId, CancellationToken cancellationToken = default)
    {
        if (!_users.TryGetValue(userId, out Task<UserInfo?>? question))
        {
            question = ReadAsync(userId);
            _ = _users.Set(userId, question, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RememberedFor });
        }
        try
        {
            if (await question!.WaitAsync(cancellationToken) is { } user)
                return user;
            Forget(userId, question);
            return null;
        }
        catch when (question!.IsFaulted)
        {
            Forget(userId, question);
            throw;
        }
    }

    public void Invalidate(Guid userId) => _users.Remove(userId);

    public void Dispose() => _users.Dispose();

    private async Task<UserInfo?> ReadAsync(Guid userId) => (await _question.AskAsync(userId)).SingleOrDefault();

    private void Forget(Guid userId, Task<UserInfo?> question)
    {
        if (_users.TryGetValue(userId, out Task<UserInfo?>? current) && current == question)
            _users.Remove(userId);
    }
}
