namespace Im.Core.Pictures;

/// <summary>Pictures of people and rooms. A room's is set by <c>IRoomStore</c>, with the event that says so. Every method throws <see cref="Data.StoreUnavailableException"/> when the database cannot be reached.</summary>
public interface IPictureStore
{
    /// <param name="picture">Null for none.</param>
    /// <returns>False where there is no such user, or they are muted: it is seen by everybody.</returns>
    Task<bool> SetAsync(Guid user, Picture? picture, CancellationToken cancellationToken = default);

    /// <summary>WebP; null where that is not the picture that they have.</summary>
    Task<byte[]?> ReadOfUserAsync(Guid user, string version, bool large, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ReadOfUserAsync"/>
    Task<byte[]?> ReadOfRoomAsync(Guid room, string version, bool large, CancellationToken cancellationToken = default);
}

/// <summary>A picture in two sizes (<see cref="Protocol.PictureLimits"/>), both WebP.</summary>
/// <param name="Version">Of the same picture the same.</param>
public sealed record Picture(string Version, byte[] Small, byte[] Large);
