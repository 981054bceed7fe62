using Im.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Accounts;

internal static class NicknameLookup
{
    /// <summary>Who has the nickname; null for what can be nobody's. First by the key of old, which an account keeps whose new key is another's: <c>Groß</c> and <c>Gross</c> may both be there from before.</summary>
    public static async Task<ImUser?> FindByNicknameAsync(this IQueryable<ImUser> users, string typed, CancellationToken cancellationToken)
    {
        if (!Nickname.TryTidy(typed, out var nickname))
            return null;
        var (former, key) = (Nickname.FormerKeyOf(nickname), Nickname.KeyOf(nickname));
        return await users.Where(user => user.NormalizedUserName == former || user.NormalizedUserName == key)
            .OrderBy(user => user.NormalizedUserName == former ? 0 : 1).FirstOrDefaultAsync(cancellationToken);
    }
}
