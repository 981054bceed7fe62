namespace Im.Tests.Fixtures;

/// <summary>Logged-in users to borrow, made once and used by one test after the other: each a session of its own, none with an open connection.</summary>
/// <param name="web">The gateway's address.</param>
internal sealed class People(Uri web)
{
    private const int AtOnce = 4;

    private readonly List<ChatUser> _all = [];

    /// <summary>The first <paramref name="count"/> of them. One caller at a time.</summary>
    public async Task<IReadOnlyList<ChatUser>> GetAsync(int count)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(_all.Take(count), options, async (user, _) => await user.EnsureLoggedInAsync());
        var added = new ChatUser[Math.Max(0, count - _all.Count)];
        await Parallel.ForAsync(0, added.Length, options, async (i, _) => added[i] = await ChatUser.JoinAsync(web, "crowd"));
        _all.AddRange(added);
        return [.. _all.Take(count)];
    }
}
