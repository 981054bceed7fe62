using System.Security.Cryptography;
using Im.Core.Data;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Programs;

/// <summary>Finds the key a request came with.</summary>
internal sealed class ApiKeyReader(ImDbContext database)
{
    public async Task<ApiKey?> FindAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (Bearer.Of(request) is not { } text || !ApiKeyText.TryParse(text, out var id, out var hash))
            return null;
        var key = await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        return key is not null && CryptographicOperations.FixedTimeEquals(key.Hash, hash) ? key : null;
    }
}
